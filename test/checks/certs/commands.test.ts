import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { showRoot } from "../../../src/checks/certs/commands.ts";
import { missing } from "../../../src/model/gathered.ts";
import { makeRoot } from "../../support/certificates.ts";
import { clusterRef } from "../../support/facts.ts";

const has = (tool: string, word: string): boolean => spawnSync(tool, [word]).status === 0;

describe.skipIf(!has("openssl", "version") || !has("awk", "1"))("what shows a root", () => {
  test("shows each of a bundle, whatever stands around them", async () => {
    const [one, other] = [await makeRoot("One"), await makeRoot("Other")];
    const unread = missing("forbidden", "no");
    const facts = { rootCertificate: {}, intermediate: unread, ztunnelDumps: unread };
    const filter = showRoot({ cluster: clusterRef("a"), facts }).replace(/^.*?\| /, "");
    const bundle = `Roots of all\n${one.pem}\n${other.pem.replaceAll("\n", "\r\n")}\nThe end`;
    const { stdout, stderr } = spawnSync("sh", ["-c", filter], { encoding: "utf8", input: bundle });
    expect(stderr).toBe("");
    expect(stdout.match(/CN ?= ?\w+/g)).toEqual([
      expect.stringContaining("One"),
      expect.stringContaining("Other"),
    ]);
    expect(stdout.match(/fingerprint/gi)).toHaveLength(2);
  });
});
