import { defined } from "../../lib/defined.ts";
import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { parseKey, signingKeys, type KeyType } from "../../certs/keys.ts";
import { makeIntermediate, makeRoot, type Issuer } from "../../certs/make.ts";
import { judgeSet, SET_FILES, type SigningSet } from "../../certs/signing-set.ts";
import { safeFileName } from "../../lib/file-name.ts";
import { DEFAULT_ISTIO_NAMESPACE } from "../../mesh/names.ts";
import { OperationError, UsageError } from "../../model/errors.ts";
import { type Io, unlessInterrupted } from "../shared/io.ts";
import type { GlobalOptions } from "../shared/options.ts";
import { done, note } from "../shared/say.ts";
import { checkFree, readText, setFiles, writeFiles } from "./files.ts";

/** Flags of `mc certs root`, parsed. */
export interface RootOptions extends GlobalOptions {
  outputDir: string;
  keyType: KeyType;
  days: number;
  organization: string;
  commonName: string;
  force?: boolean;
}

/** Flags of `mc certs intermediate`, parsed. */
export interface IntermediateOptions extends RootOptions {
  root: string;
  cluster: string[];
  dnsName?: string[];
  trustDomain?: string;
}

const ROOT_FILES = { certificate: "root-cert.pem", key: "root-key.pem" } as const;

/** `mc certs root`: makes a root and its key, and asks no cluster anything. */
export async function runRoot(options: RootOptions, io: Io): Promise<void> {
  const { outputDir, keyType, days, organization, commonName } = options;
  await checkFree(outputDir, Object.values(ROOT_FILES), options.force ?? false);
  const { certificate, key } = await unlessInterrupted(
    io.signal,
    makeRoot({ keyType, days, organization, commonName, now: Date.now() }),
  );
  await writeFiles(outputDir, [
    { name: ROOT_FILES.key, text: key, isPrivate: true },
    { name: ROOT_FILES.certificate, text: certificate, isPrivate: false },
  ]);
  await done(io, `${join(outputDir, ROOT_FILES.certificate)}: ${described(certificate)}`);
  await note(
    io,
    options,
    `keep ${join(outputDir, ROOT_FILES.key)} offline: no cluster needs it, and whoever has it can be any workload`,
  );
}

/** `mc certs intermediate`: makes what each cluster signs with, all at once. */
export async function runIntermediate(options: IntermediateOptions, io: Io): Promise<void> {
  const names = [...new Set(options.cluster)];
  const taken = new Set<string>();
  const places = names.map((cluster) => ({
    cluster: clusterName(cluster),
    directory: join(options.outputDir, safeFileName(cluster, taken)),
  }));
  for (const { directory } of places) {
    await checkFree(directory, Object.values(SET_FILES), options.force ?? false);
  }
  const now = Date.now();
  const { issuer, roots } = await readRoot(options.root);
  const sets = await unlessInterrupted(
    io.signal,
    Promise.all(places.map(({ cluster }) => makeSet(issuer, roots, cluster, options, now))),
  );
  for (const [index, { directory }] of places.entries()) {
    const set = sets[index];
    if (!set) continue;
    await writeFiles(directory, setFiles(set));
    await done(io, `${join(directory, SET_FILES.certificate)}: ${described(set.certificate)}`);
  }
  const [some] = sets;
  if (some && endOf(some.certificate) === endOf(issuer.certificate)) {
    await note(io, options, "they end when their root does, which no certificate can outlive");
  }
}

async function makeSet(
  issuer: Issuer,
  roots: string,
  cluster: string,
  options: IntermediateOptions,
  now: number,
): Promise<SigningSet> {
  const { keyType, days, organization, commonName, trustDomain } = options;
  const { istioNamespace = DEFAULT_ISTIO_NAMESPACE } = options;
  const { dnsName: dnsNames = [`istiod.${istioNamespace}.svc`] } = options;
  const request = { keyType, days, organization, commonName, now, cluster, dnsNames };
  const { certificate, key } = await makeIntermediate(issuer, {
    ...request,
    ...defined({ trustDomain }),
  });
  const set = { certificate, key, chain: certificate + issuer.certificate, roots };
  const judged = await judgeSet(set, now);
  if ("problems" in judged) {
    throw new OperationError(`--root ${options.root}: ${judged.problems.join("; ")}`);
  }
  return set;
}

/** L of the subject, which RFC 5280 gives 128 characters. */
function clusterName(name: string): string {
  if (/^[^\p{C}]{1,128}$/u.test(name)) return name;
  throw new UsageError("--cluster: give each 1 to 128 characters that show");
}

/** @throws UsageError what is there cannot sign */
async function readRoot(directory: string): Promise<{ issuer: Issuer; roots: string }> {
  const [text, keyText] = await Promise.all([
    readText(directory, ROOT_FILES.certificate, "--root"),
    readText(directory, ROOT_FILES.key, "--root"),
  ]);
  const refuse = (what: string): UsageError => new UsageError(`--root ${directory}: ${what}`);
  const key = parseKey(keyText);
  if (typeof key === "string") throw refuse(`${ROOT_FILES.key} ${key}`);
  const certificate = parsed(text);
  if (!certificate) throw refuse(`${ROOT_FILES.certificate} holds no certificate`);
  if (!certificate.checkPrivateKey(key)) {
    throw refuse(`${ROOT_FILES.key} is not the key of ${ROOT_FILES.certificate}`);
  }
  const keys = await signingKeys(key);
  if (typeof keys === "string") throw refuse(`${ROOT_FILES.key} ${keys}`);
  const pem = `${certificate.toString().trim()}\n`;
  return { issuer: { certificate: pem, keys }, roots: pem };
}

function parsed(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function endOf(pem: string): string {
  return new X509Certificate(pem).validTo;
}

function described(pem: string): string {
  const { subject, validToDate, fingerprint256 } = new X509Certificate(pem);
  const name = subject.replaceAll("\n", ", ");
  const until = validToDate.toISOString().slice(0, 10);
  return `${name}, until ${until}, SHA-256 ${fingerprint256.replaceAll(":", "").toLowerCase()}`;
}
