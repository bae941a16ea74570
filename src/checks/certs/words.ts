import { named } from "../../mesh/certificate-text.ts";
import { enumerate } from "../../mesh/wording.ts";
import type { CertificateFacts } from "../../model/trust.ts";
import type { Member } from "./member.ts";

/** `cluster a`, or `clusters a, b`. */
export function clustersText(members: readonly Pick<Member, "context">[]): string {
  const names = enumerate(members.map(({ context }) => context));
  return `${members.length === 1 ? "cluster" : "clusters"} ${names}`;
}

/** `root X`, or `roots X, Y`. */
export function rootsText(roots: readonly CertificateFacts[]): string {
  return `${roots.length === 1 ? "root" : "roots"} ${enumerate(roots.map(named), 3)}`;
}
