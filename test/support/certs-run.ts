import { certs } from "../../src/checks/certs/check.ts";
import { judgeTrust } from "../../src/lib/x509/index.ts";
import type { ClusterRef, MeshCheckContext, Verdict } from "../../src/model/check.ts";
import type { IntermediateFact, ZtunnelDumpFact } from "../../src/model/facts.ts";
import { gathered, type Gathered, type Missing } from "../../src/model/gathered.ts";
import type { Finding, Status } from "../../src/model/report.ts";
import { worst } from "../../src/model/finding.ts";
import type { CertsData } from "../../src/checks/certs/data.ts";
import { makeIntermediate, type Authority, type CertificateOptions } from "./certificates.ts";
import { clusterRef, runMesh } from "./facts.ts";

/** The certificates of one cluster. */
export interface Certificates {
  cluster?: Partial<ClusterRef>;
  /** root-cert.pem of the ConfigMap; null for a ConfigMap without that key. */
  roots: readonly Authority[] | string | null;
  /** There is no ConfigMap at all. */
  rootless?: true;
  intermediate: IntermediateFact | Missing;
  dumps?: ZtunnelDumpFact[] | Missing;
}

function pemOf(certificates: readonly Authority[]): string {
  return certificates.map(({ pem }) => pem).join("");
}

/** Secret cacerts as Istio's tooling makes it: the chain is the signing certificate and the root. */
export function cacerts(
  signing: Authority,
  root: Authority,
  changes: Partial<IntermediateFact> = {},
): IntermediateFact {
  return {
    secret: "cacerts",
    certificate: signing.pem,
    chain: signing.pem + root.pem,
    root: root.pem,
    keys: ["ca-cert.pem", "ca-key.pem", "cert-chain.pem", "root-cert.pem"],
    ...changes,
  };
}

/** Secret istio-ca-secret as istiod makes it. */
export function selfMade(root: Authority): IntermediateFact {
  return {
    secret: "istio-ca-secret",
    certificate: root.pem,
    chain: "",
    keys: ["ca-cert.pem", "ca-key.pem"],
  };
}

function isMissing(value: unknown): value is Missing {
  return typeof value === "object" && value !== null && "ok" in value;
}

function either<T>(value: T | Missing): Gathered<T> {
  return isMissing(value) ? value : gathered(value);
}

/** Runs the check as the engine does: certificates are judged first. */
export async function runCerts(
  clusters: Readonly<Record<string, Certificates>>,
  context: Partial<Omit<MeshCheckContext, "artifacts">> = {},
): Promise<Verdict & { data: CertsData }> {
  const members = Object.entries(clusters).map(([id, one]) => {
    const pem = typeof one.roots === "string" || one.roots === null ? one.roots : pemOf(one.roots);
    return {
      id,
      cluster: clusterRef(id, one.cluster),
      changes: {
        rootCertificate: one.rootless ? { missing: one.rootless } : pem === null ? {} : { pem },
        intermediate: either(one.intermediate),
        ztunnelDumps: either(one.dumps ?? []),
      },
    };
  });
  const trust = await judgeTrust(
    members.map(({ cluster, changes }) => ({
      ref: cluster,
      facts: { ...changes, rootCertificate: gathered(changes.rootCertificate) },
    })),
  );
  const verdict = runMesh(certs, Object.fromEntries(members.map((member) => [member.id, member])), {
    artifacts: { trust },
    ...context,
  });
  return { ...verdict, data: verdict.data as CertsData };
}

/** Messages of the findings of these severities. */
export function messages({ findings }: Verdict, ...severities: Status[]): string[] {
  return findings.filter(({ severity }) => severities.includes(severity)).map((one) => one.message);
}

export function faults({ findings }: Verdict): Finding[] {
  return findings.filter(({ severity }) => severity !== "pass" && severity !== "skip");
}

export async function signedBy(
  issuer: Authority,
  cluster: string,
  options: CertificateOptions = {},
): Promise<Certificates> {
  const signing = await makeIntermediate(issuer, cluster, options);
  return { roots: [issuer], intermediate: cacerts(signing, issuer) };
}

export function statusOf({ findings }: Verdict): Status {
  return worst(findings.map(({ severity }) => severity));
}
