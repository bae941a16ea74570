import { describe, expect, it, vi } from "vitest";
import { RESOURCES } from "../../src/model/resource.ts";
import { retryAfter } from "../../src/readers/live/api/retry.ts";
import type { Fault } from "../support/apiserver.ts";
import { withTimeEnough } from "../support/time-enough.ts";
import {
  apiServer,
  causeOf,
  missingOf,
  namesOf,
  openRaw,
  openServer,
  pod,
  rawServer,
  valueOf,
  PLENTY,
} from "./live-support.ts";

const PODS = { match: { resource: "pods" } };
const PROXY = "is a proxy or login page in between?";

/** One request is struck; the others are as if nothing had happened. */
async function struck(fault: Fault, http2 = true, timeoutMs = PLENTY) {
  const server = await apiServer({
    http2,
    objects: [pod("a")],
    faults: [{ ...PODS, ...fault }],
  });
  const reader = openServer(server, { timeoutMs });
  const [pods, nodes, services] = await Promise.all([
    reader.list(RESOURCES.pods),
    reader.list(RESOURCES.nodes),
    reader.list(RESOURCES.services),
  ]);
  valueOf(nodes);
  valueOf(services);
  const asked = server.requests.filter(({ path }) => path === "/api/v1/pods").length;
  return { pods, asked };
}

describe.each([
  ["HTTP/2", true],
  ["HTTP/1.1", false],
])("a fault over %s", (_name, http2) => {
  it.each<[string, Fault, string, number]>([
    [
      "HTML",
      { kind: "html" },
      `unreadable: the answer is a web page, not the Kubernetes API: ${PROXY}`,
      1,
    ],
    [
      "HTML with 403",
      { kind: "html", status: 403 },
      "unreadable: the answer is a web page, not the Kubernetes API: is a proxy or login page in between (403)?",
      1,
    ],
    [
      "redirect",
      { kind: "redirect" },
      `unreadable: the answer is a redirect (302) to login.example.com: ${PROXY}`,
      1,
    ],
    ["empty body", { kind: "empty" }, "unreadable: the answer is empty", 1],
    [
      "content type",
      { kind: "wrong-content-type" },
      "unreadable: the answer is text/plain, not JSON",
      1,
    ],
    [
      "401",
      { kind: "status", status: 401 },
      "unauthorized: the API server does not accept the credentials (401)",
      1,
    ],
    [
      "404",
      { kind: "status", status: 404, body: "404 page not found" },
      "not-found: pods is not served by the cluster",
      1,
    ],
    ["409", { kind: "status", status: 409 }, "unreadable: 409 Conflict: ", 1],
    ["500", { kind: "status", status: 500 }, "unreadable: 500 Internal Server Error: ", 3],
    [
      "502",
      { kind: "status", status: 502, body: "" },
      "unreadable: the answer is 502 Bad Gateway",
      3,
    ],
    ["418", { kind: "status", status: 418, body: "" }, "unreadable: the answer is 418", 1],
  ])("%s", async (_fault, fault, cause, requests) => {
    const { pods, asked } = await struck(fault, http2);
    expect(await causeOf(Promise.resolve(pods))).toContain(cause);
    expect(asked).toBe(requests);
  });

  it.each<[string, Fault, RegExp]>([
    ["reset", { kind: "reset" }, /^unreachable: 127\.0\.0\.1:\d+ closed the connection$/],
    ["broken", { kind: "truncate" }, /^un\w+: 127\.0\.0\.1:\d+ (closed|cut) the \w+/],
  ])("%s connections cost no other request", async (_fault, fault, cause) => {
    const { pods, asked } = await struck(fault, http2);
    expect(await causeOf(Promise.resolve(pods))).toMatch(cause);
    expect(asked).toBe(3);
  });

  it.each<[string, Fault, number]>([
    ["two resets", { kind: "reset", times: 2 }, 3],
    ["two broken answers", { kind: "truncate", times: 2 }, 3],
    ["two 500", { kind: "status", status: 500, times: 2 }, 3],
    ["a 429", { kind: "status", status: 429, times: 1, headers: { "Retry-After": "0" } }, 2],
    ["many 503", { kind: "status", status: 503, times: 10, headers: { "Retry-After": "0" } }, 11],
    ["a 429 without Retry-After", { kind: "status", status: 429, times: 1 }, 2],
  ])("%s are survived", async (_fault, fault, requests) => {
    const { pods, asked } = await struck(fault, http2);
    expect(namesOf(valueOf(pods))).toEqual(["a"]);
    expect(asked).toBe(requests);
  });

  it("no items are an empty list", async () => {
    const { pods } = await struck({ kind: "items-null" }, http2);
    expect(valueOf(pods)).toEqual([]);
  });

  it("another kind is not taken for the list", async () => {
    const { pods } = await struck({ kind: "wrong-kind" }, http2);
    expect(await causeOf(Promise.resolve(pods))).toMatch(
      /^unreadable: the answer is a \w+, not a PodList$/,
    );
  });

  it.each<[string, Fault]>([
    ["hang", { kind: "hang" }],
    ["trickle", { kind: "trickle", ms: 50, bytes: 1 }],
  ])("%s", async (_what, fault) => {
    await withTimeEnough(async (_limit, ms) => {
      const { pods, asked } = await struck(fault, http2, ms);
      expect(await causeOf(Promise.resolve(pods))).toMatch(/^timeout: no answer within \w+$/);
      expect(asked).toBe(1);
    });
  });

  it("a large answer is refused", async () => {
    const { pods } = await struck({ kind: "huge", bytes: 65 * 1024 * 1024 }, http2);
    expect(await causeOf(Promise.resolve(pods))).toBe(
      "unreadable: the answer is larger than 64 MiB",
    );
  });
});

describe("waiting as the server asks", () => {
  it("does not wait for longer than there is time", async () => {
    const fault: Fault = { kind: "status", status: 429, headers: { "Retry-After": "3600" } };
    const { pods, asked } = await struck(fault);
    expect(await causeOf(Promise.resolve(pods))).toMatch(/^unreadable: 429 Too Many Requests: /);
    expect(asked).toBe(1);
  });

  it("gives up after some tries", async () => {
    const { pods, asked } = await struck({
      kind: "status",
      status: 503,
      headers: { "Retry-After": "0" },
    });
    expect(await causeOf(Promise.resolve(pods))).toMatch(/^unreadable: 503 Service Unavailable: /);
    expect(asked).toBe(11);
  });

  it("tries again as long as there is time where 429 says when", async () => {
    const { pods, asked } = await struck({
      kind: "status",
      status: 429,
      times: 15,
      headers: { "Retry-After": "0" },
    });
    expect(namesOf(valueOf(pods))).toEqual(["a"]);
    expect(asked).toBe(16);
  });

  it("is over when the time is", async () => {
    const server = await apiServer({
      faults: [
        { kind: "status", status: 429, times: 1, headers: { "Retry-After": "60" }, ...PODS },
        { kind: "hang", match: { resource: "nodes" } },
      ],
    });
    const reader = openServer(server);
    const waiting = Promise.all([reader.list(RESOURCES.pods), reader.list(RESOURCES.nodes)]);
    await expect.poll(() => server.requests.filter(({ status }) => status === 429)).toHaveLength(1);
    await reader.close();
    expect((await waiting).map((answer) => missingOf(answer).why)).toEqual([
      "unreachable",
      "unreachable",
    ]);
  });

  it("reads seconds and dates", () => {
    expect(retryAfter(undefined)).toBeUndefined();
    expect(retryAfter(" 2 ")).toBe(2000);
    expect(retryAfter("soon")).toBeUndefined();
    expect(retryAfter("Wed, 21 Oct 2015 07:28:00 GMT")).toBe(0);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 0, 1) });
    expect(retryAfter("Thu, 01 Jan 2026 00:01:00 GMT")).toBe(60_000);
    vi.useRealTimers();
  });
});

/** What a list comes to when everything is answered so. */
async function answering(body: string, type = "application/json"): Promise<string> {
  const server = await rawServer((_request, response) => {
    response.setHeader("content-type", type).end(body);
  });
  return causeOf(openRaw(server).list(RESOURCES.pods));
}

async function answeringStatus(status: number): Promise<string> {
  const server = await rawServer((_request, response) => {
    response.statusCode = status;
    response.setHeader("location", "//user:pw@[bad").end();
  });
  return causeOf(openRaw(server).list(RESOURCES.pods));
}

describe("answers that are none", () => {
  it.each([
    ["half of it", '{"kind":"PodLi', "the answer is not valid JSON: it may have been cut off"],
    ["an array", "[]", "the answer is not a JSON object"],
    ["null", "null", "the answer is not a JSON object"],
    ["no kind", "{}", "the answer is a nothing, not a PodList"],
    ["no items", '{"kind":"PodList"}', "the list has no items"],
    ["items of another type", '{"kind":"PodList","items":{}}', "the list has no items"],
  ])("%s", async (_name, body, detail) => {
    expect(await answering(body)).toBe(`unreadable: ${detail}`);
  });

  it("are known for a web page by what they hold, too", async () => {
    expect(await answering("\n<!DOCTYPE html><html></html>")).toContain("web page");
    expect(await answering("hello", "")).toBe("unreadable: the answer is of no type, not JSON");
  });

  it("are tried again when they are cut off", async () => {
    let requests = 0;
    const server = await rawServer((_request, response) => {
      requests += 1;
      response.setHeader("content-type", "application/json").setHeader("content-length", "100");
      response.write('{"kind":', () => response.destroy());
    });
    expect(await causeOf(openRaw(server).list(RESOURCES.pods))).toBe(
      `unreadable: ${new URL(server.url).host} cut the answer off before its end`,
    );
    expect(requests).toBe(3);
  });

  it("are told apart when compressed", async () => {
    const server = await rawServer((_request, response) => {
      response
        .setHeader("content-type", "application/json")
        .setHeader("content-encoding", "gzip")
        .end("not gzip");
    });
    expect(await causeOf(openRaw(server).list(RESOURCES.pods))).toBe(
      "unreadable: the compressed answer is damaged",
    );
  });

  it("are quoted on one line, without escapes and without what looks like a credential", async () => {
    const token = `eyJhbGciOiJSUzI1NiJ9.${"a".repeat(20)}.${"b".repeat(20)}`;
    const server = await rawServer((_request, response) => {
      response.statusCode = 403;
      response.setHeader("content-type", "application/json").end(
        JSON.stringify({
          kind: "Status",
          message: `no\u001B[31m way\r\n${token} ${"long ".repeat(500)}`,
        }),
      );
    });
    const { why, detail } = missingOf(await openRaw(server).list(RESOURCES.pods));
    expect(why).toBe("forbidden");
    expect(detail).toMatch(/^no way … long .*…$/);
    expect(detail.length).toBeLessThan(700);
  });

  it("are in words where the server has none", async () => {
    expect(await answeringStatus(403)).toBe("forbidden: the API server forbids it (403)");
    expect(await answeringStatus(307)).toBe(
      `unreadable: the answer is a redirect (307) to nowhere: ${PROXY}`,
    );
    expect(await answeringStatus(404)).toBe("not-found: pods is not served by the cluster");
  });

  it("do not send the credentials elsewhere", async () => {
    let reached = false;
    const elsewhere = await rawServer((_request, response) => {
      reached = true;
      response.end();
    }, false);
    const server = await rawServer((_request, response) => {
      response.statusCode = 302;
      response.setHeader("location", elsewhere.url).end();
    });
    expect(await causeOf(openRaw(server).list(RESOURCES.pods))).toContain(
      `(302) to ${new URL(elsewhere.url).host}`,
    );
    expect(reached).toBe(false);
  });
});
