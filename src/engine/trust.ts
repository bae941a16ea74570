import { LEADING } from "../facts/order.ts";
import type { FactKey } from "../model/facts.ts";
import type { TrustInput } from "../lib/x509/index.ts";
import type { TrustMatrix } from "../model/trust.ts";
import type { ClusterSource } from "./source.ts";

/** Parses and verifies the certificates of all clusters; the code for it is loaded by now only. */
export async function judgeCertificates(inputs: readonly TrustInput[]): Promise<TrustMatrix> {
  const { judgeTrust } = await import("../lib/x509/index.ts");
  return judgeTrust(inputs);
}

/**
 * The same while the last answers are on their way: once the certificates are read, but not before
 * the last requests have left.
 */
export async function judgeEarly(
  sources: readonly ClusterSource[],
  facts: ReadonlySet<FactKey>,
): Promise<TrustMatrix> {
  const inputs = await Promise.all(sources.map(certificatesOf));
  const leading = [...LEADING.intersection(facts)];
  await Promise.all(sources.flatMap((source) => leading.map((key) => source.fact(key))));
  await new Promise((resolve) => setImmediate(resolve));
  return judgeCertificates(inputs);
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
