import type { Facts } from "../../model/facts.ts";
import type { Gathered } from "../../model/gathered.ts";
import type { CertificateFacts, SpireTrustMatrix } from "../../model/trust.ts";
import type { SpireTrustFact, SpireUpstreamFact } from "../../model/spire.ts";

/** The roots that a cluster's agents hand out, as PEM; empty where none could be read. */
export function bundleText(trust: Pick<SpireTrustFact, "bundles">): string {
  return trust.bundles
    .map((bundle) => (bundle.ok ? `${bundle.value.pem ?? ""}\n${bundle.value.spiffe ?? ""}` : ""))
    .join("\n");
}

/** What signs the certificates of a cluster's SPIRE servers, from files. */
export interface UpstreamCa {
  namespace: string;
  secret: SpireUpstreamFact;
  /** The configuration names a file of roots. */
  hasBundleFile: boolean;
  configMap: string;
}

/** The upstream CAs of plugin `disk` whose Secrets were read. */
export function upstreamCas({ servers }: Pick<SpireTrustFact, "servers">): UpstreamCa[] {
  return servers.flatMap(({ namespace, config, upstream, configMap }) => {
    if (config?.unreadable !== undefined || configMap === undefined || !upstream?.ok) return [];
    const hasBundleFile = config?.authorities.some(
      ({ name, bundleFile }) => name === "disk" && bundleFile !== undefined,
    );
    return [
      { namespace, secret: upstream.value, hasBundleFile: hasBundleFile === true, configMap },
    ];
  });
}

/** The same of a fact that may not have been read. */
export function upstreamsOf(trust: Gathered<Facts["spireTrust"]> | undefined): UpstreamCa[] {
  return trust?.ok ? upstreamCas(trust.value) : [];
}

/** The certificates of a text that was read. */
export function certificatesOf(
  { pems }: Pick<SpireTrustMatrix, "pems">,
  text: string | undefined,
): readonly CertificateFacts[] {
  return pems.get(text ?? "")?.certificates ?? [];
}

/** CAs below an upstream one: the server makes its own, which signs the workloads' certificates. */
export const SERVER_CAS = 1;
