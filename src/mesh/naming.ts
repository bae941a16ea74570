import type { ClusterRef } from "../model/check.ts";
import { skip } from "../model/finding.ts";
import type { Finding } from "../model/report.ts";
import { kubectl } from "./commands/shell.ts";

/** Words common to the checks across clusters. */

/** `a, b, c and 4 more`: a mesh of a hundred clusters must not fill a line. */
export function enumerate(items: readonly string[], most = 5): string {
  const shown = items.slice(0, most).join(", ");
  return items.length > most ? `${shown} and ${items.length - most} more` : shown;
}

export function contexts(clusters: readonly { cluster: ClusterRef }[], most?: number): string {
  return enumerate(
    clusters.map(({ cluster }) => cluster.context),
    most,
  );
}

export function qualified({ namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}/${name}`;
}

/** In place of the rules on pairs when there is no pair. */
export function pairsSkipped(what: string, absent: readonly ClusterRef[]): Finding {
  const why = absent.length > 0 ? "no other cluster could be read" : "only one cluster is checked";
  return skip(`skipped: ${why}, so ${what}`);
}

/** Sets a label of a Gateway; the plural resource, as `gateway` may also be Istio's own. */
export function labelGateway(
  cluster: ClusterRef,
  gateway: { namespace: string; name: string },
  key: string,
  value: string,
): string {
  return kubectl(
    cluster,
    "-n",
    gateway.namespace,
    "label",
    "gateways.gateway.networking.k8s.io",
    gateway.name,
    `${key}=${value}`,
    "--overwrite",
  );
}

/** Shows a Gateway with its conditions. */
export function showGateway(
  cluster: ClusterRef,
  gateway: { namespace: string; name: string },
): string {
  return kubectl(
    cluster,
    "-n",
    gateway.namespace,
    "get",
    "gateways.gateway.networking.k8s.io",
    gateway.name,
    "-o",
    "yaml",
  );
}
