import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseMessage } from "../../../src/probe/pod/message.ts";
import { PROBE_SCRIPT } from "../../../src/probe/pod/script.ts";
import { makeIntermediate, makeLeaf, makeRoot } from "../../support/certificates.ts";
import { withTimeEnough } from "../../support/time-enough.ts";
import { closedPort, tcpServer, type TestServer, tlsServer } from "../../support/tls-server.ts";

/*
 * The script as a Pod runs it, under each shell that this machine has, with one tool of its image at a
 * time, against servers of this machine.
 */

function pathOf(program: string): string | undefined {
  const { status, stdout } = spawnSync("sh", ["-c", `command -v ${program}`]);
  return status === 0 ? stdout.toString().trim() : undefined;
}

const BUSYBOX = pathOf("busybox");
const SHELLS: [string, string[] | undefined][] = [
  ["dash", found("dash")],
  ["bash", found("bash", "--norc", "--posix")],
  ["busybox", BUSYBOX === undefined ? undefined : [BUSYBOX, "sh"]],
];
/** What every image with a shell has beside it. */
const ORDINARY = ["cat", "cut", "date", "head", "sed", "sleep", "tail", "timeout", "tr"];
const SERVERS = ["good", "other", "strict", "silent", "plain"] as const;

function found(program: string, ...flags: string[]): string[] | undefined {
  const path = pathOf(program);
  return path === undefined ? undefined : [path, ...flags];
}

let directory: string;
let roots: string;
let servers: Record<(typeof SERVERS)[number], TestServer>;
let targets: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "mc-script-"));
  const [root, foreign] = await Promise.all([makeRoot(), makeRoot("Other CA")]);
  const intermediate = await makeIntermediate(root);
  const dnsNames = ["istiod.istio-system.svc"];
  const [leaf, stranger] = await Promise.all([
    makeLeaf(intermediate, { dnsNames }),
    makeLeaf(foreign, { dnsNames }),
  ]);
  const strict = { requestCert: true, rejectUnauthorized: true, ca: root.pem };
  roots = root.pem;
  servers = {
    good: await tlsServer([leaf, intermediate]),
    other: await tlsServer([stranger, foreign]),
    strict: await tlsServer([leaf, intermediate], strict),
    silent: await tcpServer(() => undefined),
    plain: await tcpServer((socket) => socket.once("data", () => socket.end("HTTP/1.1 400 \r\n"))),
  };
  const lines = SERVERS.map((name) => `127.0.0.1 ${servers[name].port} -`);
  targets = [...lines, `127.0.0.1 ${await closedPort()} -`, "gateway.invalid 15012 x.example"].join(
    "\n",
  );
});

afterAll(async () => {
  await Promise.all(Object.values(servers).map((server) => server.close()));
  rmSync(directory, { recursive: true });
});

let runs = 0;

/** Verdict and detail of each target, and the tool, as the termination message has them. */
async function run(
  [shell = "", ...flags]: readonly string[],
  tools: readonly string[],
  limitMs = 2000,
): Promise<{ tool: string | undefined; verdicts: string[]; details: string[] }> {
  runs += 1;
  const work = join(directory, String(runs));
  const bin = join(work, "bin");
  mkdirSync(bin, { recursive: true });
  for (const name of [...ORDINARY, ...tools]) {
    const path = pathOf(name);
    if (path !== undefined) symlinkSync(path, join(bin, name));
  }
  const out = join(work, "termination-log");
  await promisify(execFile)(shell, [...flags, "-c", PROBE_SCRIPT], {
    env: {
      PATH: bin,
      MC_DIR: work,
      MC_OUT: out,
      MC_TARGETS: targets,
      MC_ROOTS: roots,
      MC_TIMEOUT: String(limitMs / 1000),
    },
  });
  const { tool, rows } = parseMessage(readFileSync(out, "utf8"));
  return {
    tool,
    verdicts: [...rows.values()].map(({ verdict }) => verdict),
    details: [...rows.values()].map(({ detail }) => detail),
  };
}

const hasTool = (name: string): boolean => pathOf(name) !== undefined;
const REFUSED = ["refused", "no-such-host"];

describe.each(SHELLS)("under %s", (_name, shell) => {
  it.skipIf(!shell || !hasTool("openssl"))("openssl verifies what is presented", () =>
    withTimeEnough(async (_duration, limitMs) => {
      const { tool, verdicts, details } = await run(shell ?? [], ["openssl"], limitMs);
      expect(tool).toBe("openssl");
      expect(verdicts).toEqual([
        "connected",
        "wrong-certificate",
        "connected",
        "silent",
        "not-tls",
        ...REFUSED,
      ]);
      expect(details[0]).toBe("DNS:istiod.istio-system.svc");
      expect(details[1]).toMatch(/^\d+ \(.*\) *DNS:istiod/);
    }),
  );

  it.skipIf(!shell || !hasTool("curl"))("curl does without the certificate", () =>
    withTimeEnough(async (_duration, limitMs) => {
      const { tool, verdicts, details } = await run(shell ?? [], ["curl"], limitMs);
      expect(tool).toBe("curl");
      expect(verdicts).toEqual([
        "connected",
        "connected",
        "connected",
        "timed-out",
        "not-tls",
        ...REFUSED,
      ]);
      expect(details[0]).toBe("the certificate was not verified (no openssl)");
    }),
  );

  it.skipIf(!shell || !hasTool("bash"))("bash does without TLS, and says so", () =>
    withTimeEnough(async (_duration, limitMs) => {
      const { tool, verdicts, details } = await run(shell ?? [], ["bash"], limitMs);
      // busybox may have nc built in.
      expect(["bash", "nc"]).toContain(tool);
      expect(verdicts.slice(5)).toEqual(REFUSED);
      expect(new Set(verdicts.slice(0, 5))).toEqual(new Set(["connected"]));
      expect(details[0]).toBe("TCP only (neither openssl nor curl)");
    }),
  );
});

const dash = SHELLS[0]?.[1];

it.skipIf(!dash)("without any tool it says that nothing could be tried", async () => {
  const { tool, verdicts } = await run(dash ?? [], []);
  expect(tool).toBe("none");
  expect(new Set(verdicts)).toEqual(new Set(["not-tried"]));
});
