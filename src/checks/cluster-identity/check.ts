import { idOfProxies, repeatedClusters } from "../../mesh/identity.ts";
import { DEFAULT_CLUSTER_ID, SYSTEM_NAMESPACE } from "../../mesh/names.ts";
import { contexts, enumerate, qualified } from "../../mesh/wording.ts";
import { ztunnelId } from "../../mesh/ztunnel-id.ts";
import { pairsSkipped } from "../_shared/pairs-skipped.ts";
import { kubectl, variable } from "../../mesh/commands/shell.ts";
import { type ClusterRef, meshCheck, type MeshMember } from "../../model/check.ts";
import type { IstiodFact, WorkloadFact } from "../../model/facts.ts";
import {
  checkOf,
  fail,
  info,
  objectRef,
  pass,
  remedy,
  skip,
  summarize,
} from "../../model/finding.ts";
import { valueOr } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";
import { notChecked } from "../_shared/not-checked.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "cluster-identity": undefined;
  }
}

type Member = MeshMember<"istiods", "namespaces" | "ztunnels" | "proxyPods">;

/** What a label takes, as CLUSTER_ID becomes one. */
const LABEL = /^[A-Za-z\d]([\w.-]{0,61}[A-Za-z\d])?$/;

/** Sets a CLUSTER_ID: the name of the network, else of the context, that no other cluster goes by. */
function giveId({ cluster, facts }: Member, members: readonly Member[]): string[] {
  const others = members.filter((other) => other.cluster !== cluster);
  const isFree = (name: string | undefined): boolean =>
    name !== undefined &&
    LABEL.test(name) &&
    !others.some((other) => other.cluster.network === name || idsOf(other).includes(name));
  const id = [cluster.network, cluster.context].find(isFree);
  const setEnv = (namespace: string, workload: string, name: string): string => {
    const set = ["-n", namespace, "set", "env", workload];
    return id === undefined
      ? `${kubectl(cluster, ...set)} "${name}=${variable("NEW_CLUSTER_ID")}"`
      : kubectl(cluster, ...set, `${name}=${id}`);
  };
  return [
    ...facts.istiods.judged.map(({ namespace, name }) =>
      setEnv(namespace, `deployment/${name}`, "CLUSTER_ID"),
    ),
    ...(facts.ztunnels.ok ? facts.ztunnels.value : []).map(({ namespace, name }) =>
      setEnv(namespace, `daemonset/${name}`, "ISTIO_META_CLUSTER_ID"),
    ),
  ];
}

const HELM_VALUES =
  "global.multiCluster.clusterName of istiod's and multiCluster.clusterName of ztunnel's Helm release";

function ownFindings(member: Member, members: readonly Member[]): Finding[] {
  const { cluster, facts } = member;
  const { context } = cluster;
  const { judged } = facts.istiods;
  if (isLed(member)) {
    const [id] = idsOf(member);
    const message =
      id === undefined
        ? `${context} has no istiod that could have a CLUSTER_ID, and its proxies say none`
        : `Cluster ${context} has CLUSTER_ID ${id}, by what its proxies have`;
    return [(id === undefined ? skip : pass)(message, { cluster: context })];
  }
  if (judged.length === 0) {
    const message = `${context} has no istiod that could have a CLUSTER_ID`;
    return [skip(message, { cluster: context, blockedBy: checkOf(context, "pods-istiod") })];
  }
  const ids = idsOf(member);
  const own = judged.map((istiod) => istiodFinding(member, istiod, members));
  if (ids.length < 2) return own;
  return [
    ...own,
    fail(`istiods of ${context} have different CLUSTER_IDs: ${enumerate(ids)}`, {
      cluster: context,
      remediation: remedy(
        `Set the same CLUSTER_ID for all revisions of a cluster, by ${HELM_VALUES}.`,
        ...giveId(member, members),
      ),
    }),
  ];
}

function istiodFinding(member: Member, istiod: IstiodFact, members: readonly Member[]): Finding {
  const { context } = member.cluster;
  const about = { cluster: context, object: objectRef("Deployment", istiod) };
  const subject = `istiod ${qualified(istiod)} of ${context}`;
  const env = istiod.env.get("CLUSTER_ID");
  if (istiod.clusterId === undefined) {
    const why = env?.kind === "unresolved" ? `${env.from}: ${env.why}` : "not found";
    return info(`CLUSTER_ID of ${subject} not checked: ${why}`, about);
  }
  if (istiod.clusterId !== DEFAULT_CLUSTER_ID) {
    return pass(`Cluster ${context} has CLUSTER_ID ${istiod.clusterId}`, about);
  }
  const message = env
    ? `CLUSTER_ID of ${subject} is the default ${DEFAULT_CLUSTER_ID}`
    : `CLUSTER_ID of ${subject} is not set, so it is the default ${DEFAULT_CLUSTER_ID}`;
  return fail(message, {
    ...about,
    remediation: remedy(
      `Give the cluster a CLUSTER_ID of its own, by ${HELM_VALUES}; until their next upgrade this sets it.`,
      ...giveId(member, members),
    ),
  });
}

/** Led by the istiod of another cluster, as far as proxies tell: with peering there are no such facts. */
function isLed({ facts: { istiods, proxyPods } }: Member): boolean {
  const runs = istiods.judged.length + istiods.others.length > 0;
  return !runs && valueOr(proxyPods, []).length > 0;
}

/** The IDs that its istiods have, or without any its proxies, but for the default. */
function idsOf({ facts }: Member): string[] {
  const own = facts.istiods.judged.flatMap(({ clusterId }) => clusterId ?? []);
  const ids =
    own.length > 0 ? own : [idOfProxies(facts.proxyPods)].filter((id) => id !== undefined);
  return [...new Set(ids)].filter((id) => id !== DEFAULT_CLUSTER_ID);
}

/**
 * istiod refuses a ztunnel that says it is in a cluster that istiod doesn't know: it gets no
 * certificate, and its node's pods no traffic. What an istiod whose CLUSTER_ID was not read would
 * say is not known.
 */
function ztunnelFindings(member: Member): Finding[] {
  const { cluster, facts } = member;
  const { context } = cluster;
  const { ztunnels, istiods } = facts;
  if (!ztunnels.ok) {
    return [notChecked(`CLUSTER_ID of ztunnel in ${context}`, ztunnels, { cluster: context })];
  }
  const ids = idsOf(member);
  if (ids.length === 0 || istiods.judged.some(({ clusterId }) => clusterId === undefined)) {
    return [];
  }
  return ztunnels.value.flatMap((ztunnel) => ztunnelFinding(ztunnel, ids, cluster) ?? []);
}

function ztunnelFinding(
  ztunnel: WorkloadFact,
  ids: readonly string[],
  cluster: ClusterRef,
): Finding | undefined {
  const { context } = cluster;
  const about = { cluster: context, object: objectRef("DaemonSet", ztunnel) };
  const subject = `ztunnel DaemonSet ${qualified(ztunnel)} of ${context}`;
  const found = ztunnelId(ztunnel);
  if (found.kind === "unknown")
    return info(`cluster ID of ${subject} not checked: ${found.why}`, about);
  if (found.kind === "empty" || ids.includes(found.id)) return undefined;
  const has =
    found.variable === undefined ? "has no cluster ID, so it is the default" : "has cluster ID";
  return fail(
    `${subject} ${has} ${found.id}, but istiod's CLUSTER_ID is ${enumerate(ids)}: istiod refuses it`,
    {
      ...about,
      remediation: remedy(
        "Set multiCluster.clusterName of the ztunnel Helm release to istiod's CLUSTER_ID; until its next upgrade this does it.",
        kubectl(
          cluster,
          "-n",
          ztunnel.namespace,
          "set",
          "env",
          `daemonset/${ztunnel.name}`,
          `ISTIO_META_CLUSTER_ID=${ids[0]}`,
        ),
      ),
    },
  );
}

function pairFindings(members: readonly Member[]): Finding[] {
  const repeated = repeatedClusters(members, ({ cluster, facts: { namespaces } }) => ({
    ref: cluster,
    namespaces,
  }));
  const same = [...new Set(repeated.values())].map((first) => [
    first,
    ...members.filter((member) => repeated.get(member) === first),
  ]);
  const named = same.map((group) =>
    fail(
      `contexts ${contexts(group)} are one cluster: its namespace ${SYSTEM_NAMESPACE} has the same UID`,
      {
        remediation: remedy(
          "Name each cluster by one context only.",
          ...group
            .slice(0, 2)
            .map(({ cluster }) =>
              kubectl(cluster, "get", "namespace", SYSTEM_NAMESPACE, "-o", "yaml"),
            ),
        ),
      },
    ),
  );
  // Contexts of one cluster have its ID of course: each such cluster counts once.
  const distinct = members.filter((member) => !repeated.has(member));
  const byId = new Map<string, Member[]>();
  for (const member of distinct) {
    for (const id of idsOf(member)) byId.set(id, [...(byId.get(id) ?? []), member]);
  }
  const duplicates = [...byId].flatMap(([id, group]) => {
    const [, ...others] = group;
    if (others.length === 0) return [];
    return [
      fail(`clusters ${contexts(group)} have the same CLUSTER_ID ${id}`, {
        remediation: remedy(
          `Give all but one of them a CLUSTER_ID of their own, by ${HELM_VALUES}, then link them again.`,
          ...others.flatMap((member) => giveId(member, members)),
        ),
      }),
    ];
  });
  return [...named, ...duplicates];
}

export const clusterIdentity = meshCheck({
  id: "cluster-identity",
  title: "Cluster Identity Check",
  view: { rank: 200 },
  seesAliases: true,
  logs: ["cluster ID"],
  why: "Peers tell clusters apart by CLUSTER_ID: workloads of two clusters with one ID are mixed up.",
  reads:
    "Env CLUSTER_ID of istiod, ISTIO_META_CLUSTER_ID and CLUSTER_ID of ztunnel, the UID of namespace kube-system; of a cluster that another's istiod leads, ISTIO_META_CLUSTER_ID of its proxies.",
  faults: [
    "CLUSTER_ID is not set, or is the default Kubernetes.",
    "Two clusters have the same CLUSTER_ID.",
    "Two contexts are one cluster.",
    "ztunnel has another cluster ID than istiod, or none, which is Kubernetes: istiod refuses it.",
  ],
  fixes: [
    "Set global.multiCluster.clusterName of istiod's and multiCluster.clusterName of ztunnel's Helm release, unique in the mesh.",
    "Name each cluster by one context only.",
  ],
  needs: ["istiods"],
  uses: ["namespaces", "ztunnels", "proxyPods"],
  run(members: readonly Member[], { absent }) {
    const findings = [
      ...members.flatMap((member) => ownFindings(member, members)),
      ...members.flatMap(ztunnelFindings),
      ...(members.length < 2
        ? [pairsSkipped("CLUSTER_IDs are not compared", absent)]
        : [...pairFindings(members), ...unreadUids(members)]),
    ];
    return {
      findings,
      summary: summarize(findings, fine(members)),
    };
  },
});

/** What holds when there is no fault: of clusters whose CLUSTER_ID was not read, nothing. */
function fine(members: readonly Member[]): string {
  const judged = members.filter((member) => {
    const { judged: own } = member.facts.istiods;
    return own.length > 0
      ? own.every(({ clusterId }) => clusterId !== undefined)
      : idsOf(member).length > 0;
  }).length;
  if (judged === 0) return "no CLUSTER_ID could be judged";
  if (judged < members.length) {
    return `no fault found in the CLUSTER_IDs of ${judged} of ${members.length} clusters; the rest could not be judged`;
  }
  return judged === 1
    ? "the cluster has a CLUSTER_ID; there is no other to compare it with"
    : "all clusters have a CLUSTER_ID of their own";
}

function unreadUids(members: readonly Member[]): Finding[] {
  return members.flatMap(({ cluster: { context }, facts: { namespaces } }) =>
    namespaces.ok ? [] : [notChecked(`UID of ${context}`, namespaces, { cluster: context })],
  );
}
