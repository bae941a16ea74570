import { kubectl } from "../../mesh/commands/shell.ts";
import { isForAgents } from "../../mesh/scheduling.ts";
import { enumerate } from "../../mesh/wording.ts";
import type { ClusterRef } from "../../model/check.ts";
import type { Facts, NodeFact, PodFact, WorkloadFact } from "../../model/facts.ts";
import { fail, objectRef, remedy, warn } from "../../model/finding.ts";
import type { Gathered } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";
import type { SpireDaemonSetFact, SpireFact, SpirePodsFact } from "../../model/spire.ts";
import { judgePods } from "../_shared/cluster-pods.ts";
import { byCause, causeOf, causeRemedy, causeText } from "../_shared/kept-away.ts";
import { notChecked } from "../_shared/not-checked.ts";

/** What a node is given to get its pods, ms. */
const GRACE = 2 * 60_000;

function asWorkload({ scheduling, ...rest }: SpireDaemonSetFact): WorkloadFact {
  const nothing = { labels: new Map(), images: [], env: new Map(), conditions: [] };
  return { kind: "DaemonSet", ...nothing, ...rest, scheduling };
}

interface Around {
  spire: SpireFact;
  pods: SpirePodsFact;
  nodes: Gathered<readonly NodeFact[]>;
  ztunnelPods: Gathered<Facts["ztunnelPods"]>;
  cluster: ClusterRef;
}

/** Pods of servers, agents and the CSI driver, and nodes that lack one of the latter two. */
export function componentFindings(around: Around): Finding[] {
  const { spire, pods, ztunnelPods, cluster } = around;
  const look = (): string => kubectl(cluster, "get", "daemonsets,pods", "-A");
  const servers = judgePods(
    {
      kind: "Deployment",
      pods: pods.servers,
      workloads: [],
      none: () =>
        warn(
          "no SPIRE server in any namespace: unless it runs elsewhere, nobody gets an identity",
          {
            remediation: remedy(
              "Find out why its StatefulSet has no pod.",
              kubectl(cluster, "get", "statefulsets,deployments", "-A"),
            ),
          },
        ),
    },
    cluster,
  );
  const agents = judgePods(
    {
      kind: "DaemonSet",
      pods: pods.agents,
      workloads: spire.agents.map(asWorkload),
      none: () =>
        fail("no SPIRE agent in any namespace, though the mesh takes identities from SPIRE", {
          remediation: remedy("Install SPIRE, or switch it off in the mesh.", look()),
        }),
    },
    cluster,
  );
  const mounting = pods.workloads.filter(({ mountsSocket }) => mountsSocket);
  const drivers = judgePods(
    {
      kind: "DaemonSet",
      pods: pods.drivers,
      workloads: spire.drivers.map(asWorkload),
      none: () =>
        mounting.length > 0
          ? fail(`no SPIFFE CSI driver in any namespace, though ${countOf(mounting.length)} it`, {
              remediation: remedy("Install the SPIFFE CSI driver with SPIRE's chart.", look()),
            })
          : warn("no SPIFFE CSI driver in any namespace: waypoints will wait for its volumes", {
              remediation: remedy("Install the SPIFFE CSI driver with SPIRE's chart.", look()),
            }),
    },
    cluster,
  );
  const ztunnels = spire.byZtunnel && ztunnelPods.ok ? ztunnelPods.value : [];
  return [
    ...servers,
    ...losingData(pods, cluster),
    ...agents,
    ...uncovered("SPIRE agent", "where ztunnel runs", spire.agents, pods.agents, ztunnels, around),
    ...drivers,
    ...uncovered(
      "SPIFFE CSI driver",
      "where pods mount its volumes",
      spire.drivers,
      pods.drivers,
      mounting,
      around,
    ),
  ];
}

function countOf(count: number): string {
  return count === 1 ? "1 pod mounts" : `${count} pods mount`;
}

function losingData({ servers }: SpirePodsFact, cluster: ClusterRef): Finding[] {
  const [losing] = servers.filter(({ losesData }) => losesData);
  if (!losing) return [];
  const message = `SPIRE server ${losing.namespace}/${losing.name} keeps its data in an emptyDir: with a new pod it makes a new CA, which no agent trusts`;
  const remediation = remedy(
    "Give it a persistent volume: spire-server.persistence in SPIRE's Helm values.",
    kubectl(cluster, "-n", losing.namespace, "describe", "pod", losing.name),
  );
  return [warn(message, { object: objectRef("Pod", losing), remediation })];
}

type OnNode = Pick<PodFact, "nodeName"> & { finished?: boolean };

function nodesOf(pods: readonly OnNode[]): Set<string> {
  return new Set(
    pods.flatMap(({ nodeName, finished }) =>
      nodeName === undefined || finished === true ? [] : [nodeName],
    ),
  );
}

/** Nodes on which something waits for a component that is not there. */
function uncovered(
  what: string,
  why: string,
  daemonSets: readonly SpireDaemonSetFact[],
  present: readonly PodFact[],
  needing: readonly OnNode[],
  { nodes, cluster }: Around,
): Finding[] {
  const bare = nodesOf(needing).difference(nodesOf(present));
  // None at all is a fault of its own, and so is one that is not placed yet.
  if (present.every(({ finished }) => finished) || bare.size === 0) return [];
  if (present.some(({ nodeName, finished }) => nodeName === undefined && !finished)) return [];
  if (!nodes.ok) return [notChecked(`nodes without ${what}`, nodes)];
  const isOld = ({ createdAt }: NodeFact): boolean =>
    createdAt === undefined || Math.abs(cluster.now - createdAt) >= GRACE;
  const found = nodes.value.filter(
    (node) => bare.has(node.name) && isForAgents(node) && isOld(node),
  );
  const [daemonSet, ...others] = daemonSets;
  const only = others.length === 0 ? daemonSet : undefined;
  const agents = only && { what: `the ${what}`, release: "SPIRE", ...only };
  return byCause(agents, found).map(({ first, names }) => {
    const where = `${names.length === 1 ? "node" : "nodes"} ${enumerate(names)}`;
    const message = `no ${what} on ${where}, ${why}`;
    const object = objectRef("Node", { name: first.name });
    const cause = agents && causeOf(agents, first);
    if (!agents || !cause) {
      const remediation = remedy(
        `Compare the nodeSelector, affinity and tolerations of the ${what}'s DaemonSet with the node.`,
        kubectl(cluster, "describe", "node", first.name),
      );
      return fail(message, { object, remediation });
    }
    return fail(`${message}: ${causeText(cause, agents)}`, {
      object,
      remediation: causeRemedy(cause, agents, cluster),
    });
  });
}
