import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PRIVATE_KEY } from "../../support/ca.ts";
import { runMc, type RunResult } from "../../support/cli.ts";

const directory = mkdtempSync(join(tmpdir(), "mc-certs-"));
const rootDirectory = join(directory, "root");
const FAST = ["--key-type", "p256"];

const file = (...names: string[]): string => join(directory, ...names);
const text = (...names: string[]): string => readFileSync(file(...names), "utf8");
const certificate = (...names: string[]): X509Certificate => new X509Certificate(text(...names));

afterAll(() => rmSync(directory, { recursive: true, force: true }));

let made: RunResult[];

beforeAll(async () => {
  made = [
    await runMc(["certs", "root", "--output-dir", rootDirectory, ...FAST]),
    await runMc([
      "certs",
      "intermediate",
      "--root",
      rootDirectory,
      "--cluster=west,east/prod",
      "--output-dir",
      file("clusters"),
      ...FAST,
      "--trust-domain",
      "west.local",
    ]),
  ];
});

function openssl(...args: string[]): Promise<{ stdout: string }> {
  return promisify(execFile)("openssl", args);
}

describe("what is made", () => {
  it("is files as Istio's tooling names them, the keys for the owner only", () => {
    expect(made.map(({ code }) => code)).toEqual([0, 0]);
    expect(readdirSync(rootDirectory).toSorted()).toEqual(["root-cert.pem", "root-key.pem"]);
    expect(readdirSync(file("clusters")).toSorted()).toEqual(["east-prod", "west"]);
    expect(readdirSync(file("clusters", "west")).toSorted()).toEqual([
      "ca-cert.pem",
      "ca-key.pem",
      "cert-chain.pem",
      "root-cert.pem",
    ]);
    for (const key of [file("root", "root-key.pem"), file("clusters", "west", "ca-key.pem")]) {
      expect(statSync(key).mode & 0o777).toBe(0o600);
      expect(readFileSync(key, "utf8")).toMatch(PRIVATE_KEY);
    }
  });

  it("is told in a line each, never a key", () => {
    const output = made.map(({ stdout, stderr }) => stdout + stderr).join("");
    expect(output).not.toMatch(PRIVATE_KEY);
    const [root, intermediates] = made;
    expect(root?.stdout).toMatch(
      /^\S+root-cert\.pem: O=Istio, CN=Root CA, until \d{4}-\d\d-\d\d, SHA-256 [\da-f]{64}\n$/,
    );
    expect(root?.stderr).toMatch(/^note: keep \S+root-key\.pem offline/);
    expect(intermediates?.stdout.split("\n")).toEqual([
      expect.stringContaining("west/ca-cert.pem: O=Istio, CN=Intermediate CA, L=west, until "),
      expect.stringContaining("east-prod/ca-cert.pem: O=Istio, CN=Intermediate CA, L=east/prod, "),
      "",
    ]);
    expect(intermediates?.stderr).toMatch(/^note: they end when their root does/);
  });

  it("passes openssl verify -x509_strict", async () => {
    const { stdout } = await openssl(
      "verify",
      "-x509_strict",
      "-CAfile",
      file("root", "root-cert.pem"),
      file("clusters", "west", "ca-cert.pem"),
    );
    expect(stdout).toMatch(/: OK\n$/);
  });

  it("has the subjects, extensions and validity of Istio's make files", async () => {
    const root = certificate("root", "root-cert.pem");
    const west = certificate("clusters", "west", "ca-cert.pem");
    expect(root.subject).toBe("O=Istio\nCN=Root CA");
    expect(root.issuer).toBe(root.subject);
    expect(west.subject).toBe("O=Istio\nCN=Intermediate CA\nL=west");
    expect(west.subjectAltName).toBe("DNS:istiod.istio-system.svc, URI:spiffe://west.local");
    for (const [one, days] of [
      [root, 3650],
      [west, 3649],
    ] as const) {
      expect(one.ca).toBe(true);
      const lives = one.validToDate.getTime() - one.validFromDate.getTime();
      expect(lives).toBeGreaterThanOrEqual(days * 24 * 60 * 60_000);
    }
    const shown = await Promise.all(
      [file("root", "root-cert.pem"), file("clusters", "west", "ca-cert.pem")].map((path) =>
        openssl("x509", "-in", path, "-noout", "-text"),
      ),
    );
    const [ofRoot, ofWest] = shown.map(({ stdout }) => stdout.replaceAll(/\s+/g, " "));
    const usage =
      "X509v3 Key Usage: critical Digital Signature, Non Repudiation, Key Encipherment, Certificate Sign";
    expect(ofRoot).toContain("X509v3 Basic Constraints: critical CA:TRUE X509v3");
    expect(ofWest).toContain("X509v3 Basic Constraints: critical CA:TRUE, pathlen:0");
    expect(ofRoot).not.toContain("Authority Key Identifier");
    const id = /X509v3 Subject Key Identifier: ([\dA-F:]+)/.exec(ofRoot ?? "")?.[1] ?? "none";
    expect(ofWest).toContain(`X509v3 Authority Key Identifier: ${id} `);
    for (const one of [ofRoot, ofWest]) expect(one).toContain(usage);
  });

  it("is what flags say", async () => {
    const [rootDir, out] = [file("other-root"), file("others")];
    await runMc([
      "certs",
      "root",
      "--output-dir",
      rootDir,
      "--key-type=p384",
      "--days=10",
      "--organization",
      "Example, Inc.",
      "--common-name",
      "Root 2",
    ]);
    await runMc([
      "certs",
      "intermediate",
      "--root",
      rootDir,
      "--cluster=a",
      "--output-dir",
      out,
      "--key-type=p256",
      "--days=5",
      "--dns-name=istiod.mesh.svc,istiod-x.mesh.svc",
    ]);
    const below = new X509Certificate(readFileSync(join(out, "a", "ca-cert.pem")));
    expect(below.issuer.replaceAll("\\", "")).toBe("O=Example, Inc.\nCN=Root 2");
    expect(below.subjectAltName).toBe("DNS:istiod.mesh.svc, DNS:istiod-x.mesh.svc");
    const days = (below.validToDate.getTime() - below.validFromDate.getTime()) / 86_400_000;
    expect(days).toBe(5);
  });

  it("signs below a root that openssl made, by the very bytes of its name", async () => {
    const other = file("openssl-root");
    mkdirSync(other);
    await openssl(
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-days",
      "30",
      "-subj",
      "/O=Istio/CN=Root CA",
      "-keyout",
      join(other, "root-key.pem"),
      "-out",
      join(other, "root-cert.pem"),
    );
    const { code } = await runMc([
      "certs",
      "intermediate",
      "--root",
      other,
      "--cluster=a",
      "--output-dir",
      file("below-openssl"),
      ...FAST,
    ]);
    expect(code).toBe(0);
    const parent = readFileSync(join(other, "root-cert.pem"), "utf8");
    const below = certificate("below-openssl", "a", "ca-cert.pem");
    // Go looks for an issuer by the bytes of its name: UTF8String is not PrintableString.
    const name = await nameBytes(parent);
    expect(below.raw.includes(name)).toBe(true);
    expect(below.checkIssued(new X509Certificate(parent))).toBe(true);
  });
});

/** The DER of the subject of a certificate. */
async function nameBytes(pem: string): Promise<Buffer> {
  const { X509Certificate: Parsed } = await import("@peculiar/x509");
  return Buffer.from(new Parsed(pem).subjectName.toArrayBuffer());
}

describe("what is refused, in one line", () => {
  const INTERMEDIATE = ["certs", "intermediate", "--cluster=a", ...FAST];

  async function expectRefused(args: string[], message: RegExp): Promise<void> {
    const { code, stdout, stderr } = await runMc(args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).not.toMatch(PRIVATE_KEY);
  }

  it("files that are there, unless --force", async () => {
    const before = text("root", "root-cert.pem");
    const args = ["certs", "root", "--output-dir", rootDirectory, ...FAST];
    await expectRefused(args, /root-cert\.pem exists; --force overwrites it/);
    expect(text("root", "root-cert.pem")).toBe(before);
    const copy = file("copy");
    await runMc(["certs", "root", "--output-dir", copy, ...FAST]);
    const old = readFileSync(join(copy, "root-key.pem"), "utf8");
    chmodSync(join(copy, "root-key.pem"), 0o644);
    const forced = await runMc(["certs", "root", "--output-dir", copy, ...FAST, "--force"]);
    expect(forced.code).toBe(0);
    expect(readFileSync(join(copy, "root-key.pem"), "utf8")).not.toBe(old);
    expect(statSync(join(copy, "root-key.pem")).mode & 0o777).toBe(0o600);
  });

  it("an intermediate that is there: none is made", async () => {
    await expectRefused(
      [
        "certs",
        "intermediate",
        "--root",
        rootDirectory,
        "--cluster=north,west",
        "--output-dir",
        file("clusters"),
        ...FAST,
      ],
      /west\/ca-cert\.pem exists; --force/,
    );
    expect(existsSync(file("clusters", "north"))).toBe(false);
  });

  it.each([
    ["a directory without a root", "nowhere", /--root \S+: there is no root-(cert|key)\.pem/],
    ["a key that is not the root's", "mixed", /root-key\.pem is not the key of root-cert\.pem/],
    ["a key that is none", "broken", /root-key\.pem is not a private key in PEM/],
    ["a certificate that is none", "hollow", /root-cert\.pem holds no certificate/],
  ])("%s", async (_what, name, message) => {
    mkdirSync(file(name), { recursive: true });
    const put = (which: string, content: string): void => writeFileSync(file(name, which), content);
    if (name !== "nowhere") {
      put("root-cert.pem", name === "hollow" ? "hello" : text("root", "root-cert.pem"));
      const key = name === "mixed" ? text("clusters", "west", "ca-key.pem") : "hunter2";
      put("root-key.pem", name === "hollow" ? text("root", "root-key.pem") : key);
    }
    await expectRefused(
      [...INTERMEDIATE, "--root", file(name), "--output-dir", file("none")],
      message,
    );
    expect(existsSync(file("none"))).toBe(false);
  });

  it("an issuer that may not sign, exit 1", async () => {
    const limited = file("limited");
    mkdirSync(limited);
    writeFileSync(join(limited, "root-cert.pem"), text("clusters", "west", "ca-cert.pem"));
    writeFileSync(join(limited, "root-key.pem"), text("clusters", "west", "ca-key.pem"));
    const args = [...INTERMEDIATE, "--root", limited, "--output-dir", file("none")];
    const { code, stderr } = await runMc(args);
    expect(code).toBe(1);
    expect(stderr).toMatch(/allows no intermediate below it \(pathlen:0\)/);
    expect(existsSync(file("none"))).toBe(false);
  });

  it.each([
    [["certs"], /^mc: certs needs one of root, intermediate, install, status, rotate\n/],
    [["certs", "root"], /required option '--output-dir <dir>'/],
    [["certs", "root", "--output-dir=x", "--key-type=dsa"], /rsa2048 or .*p384/],
    [["certs", "root", "--output-dir=x", "--days=0"], /whole number/],
    [["certs", "root", "--output-dir=x", "--common-name="], /1 to 64 characters/],
    [[...INTERMEDIATE, "--root=x", "--output-dir=y", "--dns-name=a_b"], /no DNS name/],
    [[...INTERMEDIATE, "--root=x", "--output-dir=y", "--trust-domain=A b"], /trust domain has/],
    [["certs", "intermediate", "--root=x", "--output-dir=y", "--cluster=\u0007"], /--cluster/],
    [["certs", "root", "--output-dir=package.json"], /not a directory/],
    [["certs", "bogus"], /certs needs one of .*: "bogus" is none/],
  ])("%j", async (args, message) => {
    await expectRefused(args, message);
  });
});
