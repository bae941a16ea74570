import { objectRef, step, warn } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import { showEntry } from "../commands/entries.ts";
import { waypointOf } from "../waypoints.ts";
import { enumerate, qualified } from "../wording.ts";
import { farPods } from "./far-end.ts";
import type { Path } from "./path.ts";

/**
 * That pods of the other cluster run under accounts which the name does not have: ztunnel expects those
 * that it has. Trust domains are judged elsewhere.
 */
export function identityFindings(path: Path): Finding[] {
  const { from, to, host, key, service } = path;
  const [entry] = from.imports(host);
  const pods = farPods(path)?.ready ?? [];
  // Behind a waypoint it is the waypoint that answers.
  const isBehind = service && waypointOf(service, to.namespaceOf(service)) !== undefined;
  if (!entry || entry.subjectAltNames.length === 0 || pods.length === 0 || isBehind) return [];
  const accounts = new Set(
    pods.map(({ namespace, serviceAccount }) => `ns/${namespace}/sa/${serviceAccount}`),
  );
  const expected = new Set(
    entry.subjectAltNames.map((identity) => identity.replace(/^spiffe:\/\/[^/]*\//, "")),
  );
  if (!accounts.isDisjointFrom(expected)) return [];
  const { cluster } = from;
  return [
    warn(
      `ServiceEntry ${qualified(entry)} of ${cluster.context} names other identities than those of the pods of ${key} in ${to.cluster.context}, ${enumerate([...accounts])}: ztunnel refuses whom it does not expect`,
      {
        cluster: cluster.context,
        object: objectRef("ServiceEntry", entry),
        remediation: step(
          "Run the pods under the same account in all clusters, or wait if it was just changed.",
          showEntry(cluster, "ServiceEntry", entry),
        ),
      },
    ),
  ];
}
