import type { TrustInput } from "../lib/x509/index.ts";
import type { TrustMatrix } from "../model/trust.ts";
import type { ClusterSource } from "./source.ts";

/** Parses and verifies the certificates of all clusters; the code for it is loaded by now only. */
export async function judgeCertificates(inputs: readonly TrustInput[]): Promise<TrustMatrix> {
  const { judgeTrust } = await import("../lib/x509/index.ts");
  return judgeTrust(inputs);
}

/** The same as soon as the certificates are read, while other facts are still on their way. */
export async function judgeEarly(sources: readonly ClusterSource[]): Promise<TrustMatrix> {
  return judgeCertificates(await Promise.all(sources.map(certificatesOf)));
}

async function certificatesOf(source: ClusterSource): Promise<TrustInput> {
  const [rootCertificate, intermediate, ztunnelDumps] = await Promise.all([
    source.fact("rootCertificate"),
    source.fact("intermediate"),
    source.fact("ztunnelDumps"),
  ]);
  const { reader } = source;
  return {
    ref: { context: reader.context, now: reader.now() },
    facts: { rootCertificate, intermediate, ztunnelDumps },
  };
}
