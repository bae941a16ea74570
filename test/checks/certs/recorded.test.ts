import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { check } from "../../../src/engine/check.ts";
import type { ClusterReader } from "../../../src/model/reader.ts";
import { record, writeRecordings } from "../../../src/readers/record.ts";
import { openRecordings } from "../../../src/readers/recordings.ts";
import { type CacertsFiles, withCacerts } from "../../support/mesh/cacerts.ts";
import { writeCluster } from "../../support/mesh/write.ts";

/*
 * Secrets that fooled people, from objects to findings; and once more from a snapshot of them, which
 * may mend nothing.
 */

const made: string[] = [];

afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});

function temporary(): string {
  const path = mkdtempSync(join(tmpdir(), "mc-cacerts-"));
  made.push(path);
  return path;
}

const SETTINGS = { concurrency: 4 };

/** `fail: …` for each finding of the check that is not fine. */
async function findings(readers: readonly ClusterReader[]): Promise<string[]> {
  const { mesh } = await check(readers, { ...SETTINGS, precheck: false });
  const certs = mesh.find(({ id }) => id === "certs");
  return (certs?.findings ?? [])
    .filter(({ severity }) => severity !== "pass")
    .map(({ severity, message }) => `${severity}: ${message}`);
}

async function found(
  change: (files: CacertsFiles) => CacertsFiles,
  istiodEnv: Record<string, string> = {},
): Promise<string[]> {
  const directory = temporary();
  for (const fixture of await withCacerts(change, istiodEnv)) {
    await writeCluster(join(directory, fixture.spec.context), fixture);
  }
  const readers = await openRecordings(directory);
  const snapshot = join(temporary(), "snapshot");
  const recorders = readers.map((reader) => record(reader));
  await findings(recorders.map(({ reader }) => reader));
  await writeRecordings(recorders, { kind: "directory", path: snapshot });
  const first = await findings(readers);
  expect(await findings(await openRecordings(snapshot))).toEqual(first);
  return first;
}

const without =
  (...keys: string[]) =>
  (files: CacertsFiles): CacertsFiles =>
    Object.fromEntries(Object.entries(files).filter(([key]) => !keys.includes(key)));

const changed =
  (key: string, change: (text: string) => string) =>
  (files: CacertsFiles): CacertsFiles => ({ ...files, [key]: change(files[key] ?? "") });

const tls = (files: CacertsFiles): CacertsFiles => ({
  "tls.crt": files["ca-cert.pem"] ?? "",
  "tls.key": "",
  "ca.crt": files["root-cert.pem"] ?? "",
});

const SECRET = "Secret istio-system/cacerts";
const REFUSED = "istiod does not start with it";

describe("Secret cacerts", () => {
  test.for<[string, (files: CacertsFiles) => CacertsFiles, string[]]>([
    ["as it should be", (files) => files, []],
    ["in the form of a TLS Secret", tls, []],
    [
      "whose chain was joined without a line break",
      changed("cert-chain.pem", (text) => text.replace(/-\n-/, "--")),
      [
        `fail: cluster cluster2: cert-chain.pem of ${SECRET} holds no CN=Intermediate CA,O=Istio,L=cluster2 that can be read: the END line of block 1 has other text after it, block 2 begins on the line that ends another (a line break is missing); workloads present that chain, so nobody can verify their certificates`,
      ],
    ],
    [
      "whose certificate was pasted with its indentation",
      changed("ca-cert.pem", (text) => text.replaceAll(/^(?=.)/gm, "  ")),
      [
        `fail: cluster cluster2: ca-cert.pem of ${SECRET} holds no certificate that istiod can read: the BEGIN line of block 1 is indented`,
      ],
    ],
    [
      "whose root has backslash and n for line ends",
      changed("root-cert.pem", (text) => text.replaceAll("\n", String.raw`\n`)),
      [
        String.raw`fail: cluster cluster2: root-cert.pem of ${SECRET} holds no certificate that istiod can read: block 1 has the characters \n in place of line breaks`,
      ],
    ],
    [
      "of cert-manager without ca.crt",
      (files) => without("ca.crt")(tls(files)),
      [`fail: cluster cluster2: ${SECRET} has no key ca.crt (it has tls.crt, tls.key): ${REFUSED}`],
    ],
    [
      "of cert-manager with an empty ca.crt",
      (files) => ({ ...tls(files), "ca.crt": "" }),
      [`fail: cluster cluster2: ca.crt of ${SECRET} holds no certificate`],
    ],
    [
      "of cert-manager whose files would be glued",
      (files) => ({ ...tls(files), "tls.crt": (files["ca-cert.pem"] ?? "").trimEnd() }),
      [
        `fail: cluster cluster2: ca.crt of ${SECRET} holds no CN=Intermediate CA,O=Istio,L=cluster2 that can be read: the END line of block 1 has other text after it, block 2 begins on the line that ends another (a line break is missing); workloads present that chain, so nobody can verify their certificates`,
      ],
    ],
    [
      "without its root",
      without("root-cert.pem"),
      [
        `fail: cluster cluster2: ${SECRET} has no key root-cert.pem (it has ca-cert.pem, ca-key.pem, cert-chain.pem): ${REFUSED}`,
      ],
    ],
    [
      "without its chain",
      without("cert-chain.pem"),
      [
        `fail: cluster cluster2: ${SECRET} has no key cert-chain.pem (it has ca-cert.pem, ca-key.pem, root-cert.pem): ${REFUSED}`,
      ],
    ],
    ["of a recording that leaves keys out", without("ca-key.pem"), []],
    [
      "of a recording that has lengths for values",
      (files) =>
        Object.fromEntries(
          Object.entries(files).map(([key, { length }]) => [key, `${length} bytes long`]),
        ),
      [
        `warn: cluster cluster2: intermediate certificates were not checked, only roots: ca-cert.pem of ${SECRET} is redacted in this recording`,
      ],
    ],
  ])("%s", async ([, change, expected]) => {
    expect(await found(change)).toEqual(expected);
  });

  test("that istiod does not use: another CA signs", async () => {
    const broken = changed("ca-cert.pem", () => "");
    expect(await found(broken, { ENABLE_CA_SERVER: "false" })).toEqual([
      "warn: cluster cluster2: intermediate certificates were not checked, only roots: istiod istio-system/istiod has ENABLE_CA_SERVER=false, so an external CA signs",
    ]);
  });
});
