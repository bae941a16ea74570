import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeLeaf, type Authority } from "../../support/certificates.ts";
import { NOW } from "../../support/facts.ts";
import { CASES } from "./cases.ts";
import { verdictOf } from "./verdict.ts";

function hasOpenSsl(): boolean {
  const { stdout } = spawnSync("openssl", ["version"], { encoding: "utf8" });
  return stdout?.startsWith("OpenSSL 3") ?? false;
}

function pemOf(certificates: readonly Authority[]): string {
  return certificates.map(({ pem }) => pem).join("");
}

/** Whether these roots verify the leaf through the chain. */
function opensslTrusts(files: { roots: string; chain: string; leaf: string }): boolean {
  const directory = mkdtempSync(join(tmpdir(), "mc-x509-"));
  const path = (name: keyof typeof files): string => join(directory, `${name}.pem`);
  writeFileSync(path("roots"), files.roots);
  writeFileSync(path("chain"), files.chain);
  writeFileSync(path("leaf"), files.leaf);
  const time = String(Math.floor(NOW / 1000));
  // -partial_chain: whatever is in the bundle is trusted, self-signed or not, as Go has it.
  const options = ["-no-CApath", "-no-CAstore", "-partial_chain", "-attime", time];
  options.push("-CAfile", path("roots"), "-untrusted", path("chain"), path("leaf"));
  // A workload is both.
  const trusted = ["sslclient", "sslserver"].every(
    (purpose) => spawnSync("openssl", ["verify", "-purpose", purpose, ...options]).status === 0,
  );
  rmSync(directory, { recursive: true });
  return trusted;
}

describe.skipIf(!hasOpenSsl())("what openssl verify says of a workload certificate", () => {
  test.for(CASES)("$name", async ({ make, fault, differs }) => {
    const { roots, signing, chain = [] } = await make();
    const leaf = await makeLeaf(signing);
    const files = { roots: pemOf(roots), chain: pemOf([signing, ...chain]), leaf: leaf.pem };
    const ours = await verdictOf(files.roots, signing.pem, pemOf(chain));
    expect(ours?.ok).toBe(fault === undefined);
    expect(opensslTrusts(files)).toBe(differs === undefined ? ours?.ok : !ours?.ok);
  });
});
