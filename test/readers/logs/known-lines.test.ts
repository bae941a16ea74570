import { assert, property, string, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import type { PodLog } from "../../../src/model/log.ts";
import { textOf, timeOf } from "../../../src/readers/logs/line.ts";
import { KnownLines } from "../../../src/readers/logs/known-lines.ts";
import { logKey, parseRecordedLog } from "../../../src/readers/logs/recorded.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What is kept of a log that comes in pieces of so many bytes. */
function read(text: string, bytes = 1 << 20): PodLog {
  const lines = new KnownLines();
  const all = encode(text);
  for (let at = 0; at < all.length; at += bytes) lines.take(all.subarray(at, at + bytes));
  return lines.finish();
}

const at = (clock: string): number => Date.parse(`2026-01-15T${clock}Z`);
const WARN = "2026-01-15T11:58:00.123456Z\twarn\tdeltaadsc\tdisconnected, retrying in 1m0s: ";

describe("a log", () => {
  it.each([1, 3, 7, 1000])("is what is known of it, in pieces of %d bytes", (bytes) => {
    const text = `2026-01-15T11:57:00Z\tinfo\tads\tADS: new connection ✅\n${WARN}i/o timeout ✅\r\n2026-01-15T11:59:00Z\tinfo\tx`;
    expect(read(text, bytes)).toEqual({
      from: at("11:57:00"),
      lines: [
        {
          time: at("11:58:00.123"),
          text: "warn deltaadsc disconnected, retrying in 1m0s: i/o timeout ✅",
        },
      ],
    });
  });

  it("has the time of the kubelet where there is one, not what somebody wrote", () => {
    const stamped = `2026-01-15T11:59:59.123456789Z ${WARN}i/o timeout\n`;
    expect(read(stamped).lines).toEqual([
      { time: at("11:59:59.123"), text: expect.stringMatching(/^warn deltaadsc disc/) as string },
    ]);
  });

  it("in JSON reads as one of plain text", () => {
    const json = {
      level: "warn",
      time: "2026-01-15T11:58:00.000000Z",
      scope: "deltaadsc",
      msg: "disconnected, retrying in 1m0s: i/o timeout",
      target: "b",
      nested: { a: 1 },
      count: 3,
    };
    expect(read(`${JSON.stringify(json)}\n`)).toEqual({
      from: at("11:58:00"),
      lines: [
        {
          time: at("11:58:00"),
          text: 'warn deltaadsc disconnected, retrying in 1m0s: i/o timeout target="b" count="3"',
        },
      ],
    });
    const ztunnel =
      '{"level":"error","time":"2026-01-15T11:58:00Z","scope":"access","message":"connection complete","error":"no healthy upstream: a"}';
    expect(read(ztunnel).lines[0]?.text).toBe(
      'error access connection complete error="no healthy upstream: a"',
    );
  });

  it.each([
    [
      '{"time":"2026-01-15T11:58:00Z","x":"i/o timeout"}',
      '{"time":"2026-01-15T11:58:00Z","x":"i/o timeout"}',
    ],
    ["2026-01-15T11:58:00Z {broken i/o timeout", "{broken i/o timeout"],
  ])("in JSON of another kind stays as it is: %s", (raw, text) => {
    expect(read(raw).lines[0]?.text).toBe(text);
  });

  it("has no lines of unknown time", () => {
    expect(read("i/o timeout\n{i/o timeout\n2026-99-99T00:00:00Z i/o timeout\n")).toEqual({
      lines: [],
    });
    expect(read("")).toEqual({ lines: [] });
  });

  it("of more than an hour has its last one", () => {
    const lines = ["09:00:00", "10:29:59", "10:30:01", "11:30:00"].map(
      (clock) => `2026-01-15T${clock}Z\twarn\tdeltaadsc\ti/o timeout ${clock}`,
    );
    const { from, lines: kept } = read(lines.join("\n"));
    expect(from).toBe(at("10:30:00"));
    expect(kept.map(({ time }) => time)).toEqual([at("10:30:01"), at("11:30:00")]);
    const quiet = `${lines.join("\n")}\n2026-01-15T14:00:00Z\tinfo\tads\tPush\n`;
    expect(read(quiet)).toEqual({ from: at("13:00:00"), lines: [] });
  });

  it("has the newest thousand", () => {
    const lines = Array.from(
      { length: 4321 },
      (_, index) => `2026-01-15T11:58:00Z\twarn\tdeltaadsc\ti/o timeout ${index}`,
    );
    const kept = read(lines.join("\n")).lines;
    expect(kept).toHaveLength(1000);
    expect(kept.at(-1)?.text).toContain("timeout 4320");
  });

  it("ends where istioctl bug-report appends that of an earlier container", () => {
    const text = `========= Previous log present (appended at the end) =========\n\n${WARN}i/o timeout now\n\n========= Previous log =========\n\n${WARN}no such host before\n`;
    expect(read(text).lines.map(({ text: line }) => line)).toEqual([
      expect.stringMatching(/i\/o timeout now$/),
    ]);
  });

  it("of endless lines is looked at as far as a line may be, and not in the middle of a word", () => {
    const long = `${WARN}i/o timeout ${"x ".repeat(8000)}${"secretword".repeat(2000)}\n${WARN}no such host\n`;
    const { lines } = read(long, 4096);
    expect(lines).toHaveLength(2);
    expect(lines[0]?.text.length).toBeLessThan(16_500);
    expect(lines[0]?.text).not.toContain("secretword");
    expect(read(`${"x".repeat(40_000)} i/o timeout\n`).lines).toEqual([]);
  });

  it("that obeys no form and is no text is no trouble", () => {
    assert(
      property(uint8Array({ maxLength: 300 }), string({ unit: "binary" }), (bytes, text) => {
        const lines = new KnownLines();
        lines.take(bytes);
        lines.take(encode(`\n${WARN}i/o timeout${text.replaceAll(/[\r\n]/g, "")}\n`));
        const kept = lines.finish().lines;
        expect(kept).toHaveLength(1);
        expect(kept[0]?.text).not.toMatch(/[\p{Cc}\p{Cs}]/u);
      }),
      { numRuns: 200 },
    );
  });

  it("does not move the cursor, forge a line or hide in one", () => {
    const forged = `${WARN}i/o timeout \u001B[2J\u001B[1;31mFAKE\u001B[0m \u202Eevil\u0007 \u001B]0;title\u0007\n`;
    expect(read(forged).lines[0]?.text).toBe(
      "warn deltaadsc disconnected, retrying in 1m0s: i/o timeout FAKE evil",
    );
  });
});

const header = (kind: string, end: string): string =>
  `-----${kind} RSA PRIVATE KEY${"-".repeat(end.length)}`;

describe("secrets in a line", () => {
  const jwt = `eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl`;
  const key = `${header("BEGIN", "12345")} MIIEpAIBAAKCAQEA ${header("END", "12345")}`;

  it.each([
    ["a token", `token=abcd1234efgh`, "abcd1234efgh"],
    ["a JSON web token", `sent ${jwt}`, "eyJ"],
    ["a bearer token", `Authorization: Bearer abcdef0123456789`, "abcdef0123456789"],
    ["basic authentication", `Authorization: Basic dXNlcjpwYXNzd29yZA==`, "dXNlcjpw"],
    ["a password in an address", "https://user:hunter22@proxy.example:3128/x", "hunter22"],
    ["a user in an address", "https://sometoken@proxy.example:3128/x", "sometoken"],
    ["a token of OpenShift", `sha256~Zm9vYmFyYmF6cXV4`, "Zm9vYmFy"],
    ["a private key", key, "MIIEpAIBAAKCAQEA"],
    ["a token with an escape sequence in it", `eyJ\u001B[0m${jwt.slice(3)}`, jwt.slice(3, 12)],
    ["a password after a colon", `password: "hunter22x"`, "hunter22x"],
    ["a license", `license_key="lic-0123456789"`, "lic-0123456789"],
  ])("%s", (_name, text, secret) => {
    const [line] = read(`${WARN}i/o timeout ${text}\n`).lines;
    expect(line?.text).toContain("i/o timeout");
    expect(line?.text).not.toContain(secret);
    expect(line?.text).toContain("REDACTED");
    // A recording of a recording has the same.
    expect(textOf(line?.text ?? "")).toBe(line?.text);
  });

  it("are not what names a workload or an address", () => {
    const text =
      'src.identity="spiffe://cluster.local/ns/sample/sa/sleep" dst.addr=[2001:db8::1]:15008 lookup b.elb.example on 10.96.0.10:53: no such host';
    expect(read(`${WARN}${text}\n`).lines[0]?.text).toContain(text);
  });
});

describe("a time", () => {
  it.each([
    ["2026-01-15T11:58:00Z x", at("11:58:00")],
    ["2026-01-15T12:58:00.5+01:00 x", at("11:58:00.500")],
    ["2026-01-15 11:58:00 x", undefined],
    ['{"time":17}', undefined],
    ["{", undefined],
    ["x", undefined],
  ])("%s", (raw, time) => {
    expect(timeOf(raw)).toBe(time);
  });
});

describe("a recorded log", () => {
  it("is what was kept of it", () => {
    const log = { from: 1, lines: [{ time: 2, text: "warn i/o timeout" }] };
    expect(parseRecordedLog(JSON.stringify(log), "x.json")).toEqual({ ok: true, value: log });
    expect(logKey({ namespace: "a", pod: "b", container: "c" })).toBe("a/b/c");
  });

  it.each([
    ["null", { lines: [] }],
    ["[]", { lines: [] }],
    ['{"from":"x","lines":{}}', { lines: [] }],
    [
      '{"from":1e300,"lines":[{"time":1e300,"text":"x"},{"time":1},{"text":"x"},7,null]}',
      { lines: [] },
    ],
    ['{"lines":[{"time":1,"text":"a\\u001b[2Jb\\nc"}]}', { lines: [{ time: 1, text: "ab c" }] }],
  ])("that somebody changed is what makes sense of it: %s", (text, value) => {
    expect(parseRecordedLog(text, "x.json")).toEqual({ ok: true, value });
  });

  it("that is no JSON is unreadable", () => {
    expect(parseRecordedLog("{", "x.json")).toMatchObject({ ok: false, why: "unreadable" });
  });
});
