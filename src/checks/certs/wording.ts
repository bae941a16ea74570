import { named } from "../../mesh/trust/certificate-text.ts";
import { enumerate } from "../../mesh/wording.ts";
import type { CertificateFacts } from "../../model/trust.ts";
import type { ClusterCertificates } from "./cluster-certificates.ts";

/** `cluster a`, or `clusters a, b`. */
export function clustersText(members: readonly Pick<ClusterCertificates, "context">[]): string {
  const names = enumerate(members.map(({ context }) => context));
  return `${members.length === 1 ? "cluster" : "clusters"} ${names}`;
}

/** `root X`, or `roots X, Y`. */
export function rootsText(roots: readonly CertificateFacts[]): string {
  return `${roots.length === 1 ? "root" : "roots"} ${enumerate(roots.map(named), 3)}`;
}
