import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { median, ms, type Row } from "./measure.ts";

/*
 * Ten intermediate certificates by `mc certs intermediate`, start of the process included, against
 * what Istio's make files have openssl do for each: a key, a request, a signature.
 */

const MC = resolve(import.meta.dirname, "../../bin/mc.js");
const CLUSTERS = Array.from({ length: 10 }, (_, index) => `c${index}`);

const KEYS = [
  { type: "p384", openssl: "ecparam -name secp384r1 -genkey -noout", once: false },
  // Once: a key takes a second or more, and ten of them even each other out.
  { type: "rsa4096", openssl: "genrsa", once: true },
] as const;

const EXTENSIONS = `[ v3 ]
basicConstraints = critical,CA:true,pathlen:0
keyUsage = critical,digitalSignature,nonRepudiation,keyEncipherment,keyCertSign
subjectAltName = DNS:istiod.istio-system.svc
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
`;

export async function intermediates(runs: number): Promise<Row[]> {
  const directory = mkdtempSync(join(tmpdir(), "mc-bench-ca-"));
  try {
    writeFileSync(join(directory, "ca.conf"), EXTENSIONS);
    return KEYS.map((key) => compare(directory, key, key.once ? 1 : runs));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function compare(directory: string, { type, openssl }: (typeof KEYS)[number], runs: number): Row {
  const root = join(directory, `root-${type}`);
  mc("root", "--output-dir", root, "--key-type", type);
  const ours = (): void => {
    const out = join(directory, "out");
    mc(
      "intermediate",
      "--root",
      root,
      "--cluster",
      CLUSTERS.join(","),
      "--output-dir",
      out,
      "--key-type",
      type,
      "--force",
    );
  };
  const size = type === "rsa4096" ? " 4096" : "";
  const theirs = (): void => {
    for (const name of CLUSTERS) {
      const file = join(directory, name);
      const steps = [
        `openssl ${openssl} -out ${file}.key${size}`,
        `openssl req -new -key ${file}.key -subj "/O=Istio/CN=Intermediate CA/L=${name}" -out ${file}.csr`,
        `openssl x509 -req -sha256 -days 3650 -in ${file}.csr -CA ${root}/root-cert.pem -CAkey ${root}/root-key.pem -CAcreateserial -extensions v3 -extfile ${directory}/ca.conf -out ${file}.pem`,
      ];
      for (const step of steps) execFileSync("sh", ["-c", step], { stdio: "ignore" });
    }
  };
  const [measured, against] = [ours, theirs].map((work) => median(times(work, runs))) as [
    number,
    number,
  ];
  return {
    what: `ten intermediate certificates, ${type}`,
    measured: ms(measured),
    against: `${ms(against)} (openssl)`,
    ratio: measured / against,
    budget: 1,
  };
}

function mc(...args: string[]): void {
  execFileSync(process.execPath, [MC, "certs", ...args], { stdio: "ignore" });
}

function times(work: () => void, runs: number): number[] {
  return Array.from({ length: runs }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
}
