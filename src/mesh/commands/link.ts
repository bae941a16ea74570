import type { ClusterRef } from "../../model/check.ts";
import type { GatewaysFact, ServiceFact } from "../../model/facts.ts";
import { EAST_WEST_NAMESPACE } from "../names.ts";
import { contextWord, mc, quote, UNKNOWN_CONTEXT } from "./shell.ts";

/** A cluster that `mc link` is to link, as far as it is known. */
export interface Linkable {
  cluster: ClusterRef;
  gateways?: GatewaysFact;
  services?: readonly ServiceFact[];
}

/** Makes the east-west Gateway of a cluster. */
export function exposeCommand(cluster: ClusterRef, ...options: string[]): string {
  const words = ["expose", "--context", contextWord(cluster), "-n", EAST_WEST_NAMESPACE];
  return mc(cluster, [...words, ...options].join(" "));
}

/** Where the remote Gateways of a cluster belong: beside its east-west Gateway. */
function namespaceOf({ gateways }: Linkable): string {
  return gateways?.eastWest[0]?.namespace ?? EAST_WEST_NAMESPACE;
}

/** `mc link --from A --to B,C -n NAMESPACE` */
export function linkOneWay(from: Linkable, to: readonly Linkable[]): string {
  const targets = to.map(({ cluster }) => contextWord(cluster));
  const ends = `--from ${contextWord(from.cluster)} --to ${targets.join(",")}`;
  return mc(from.cluster, `link ${ends} -n ${quote(namespaceOf(from))}`);
}

/** Links clusters both ways; to a cluster that is not known where there is only one. */
export function linkBothWays(first: Linkable, others: readonly Linkable[]): string[] {
  const ends = [first, ...others];
  if (new Set(ends.map(namespaceOf)).size > 1) {
    return ends.map((from) =>
      linkOneWay(
        from,
        ends.filter((to) => to !== from),
      ),
    );
  }
  const contexts = [
    ...ends.map(({ cluster }) => contextWord(cluster)),
    ...(others.length === 0 ? [UNKNOWN_CONTEXT] : []),
  ];
  return [
    mc(first.cluster, `link --contexts ${contexts.join(",")} -n ${quote(namespaceOf(first))}`),
  ];
}
