import { groupBy } from "../../lib/group-by.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import { isTaken } from "../../mesh/spire/entries.ts";
import { takesLabels } from "../../mesh/spire/selectors.ts";
import { enumerate } from "../../mesh/wording.ts";
import type { ClusterRef } from "../../model/check.ts";
import type { NamespaceFact } from "../../model/facts.ts";
import { info, objectRef, remedy, warn } from "../../model/finding.ts";
import type { Finding, Remediation } from "../../model/report.ts";
import type {
  ClusterSpiffeIdFact,
  SpireManagerConfig,
  SpireWorkloadFact,
} from "../../model/spire.ts";

/** How old an object must be for its status to count, ms. */
const GRACE = 2 * 60_000;
const KIND = "clusterspiffeids.spire.spiffe.io";

interface Around {
  managers: readonly SpireManagerConfig[];
  pods: readonly SpireWorkloadFact[];
  namespaces: readonly NamespaceFact[];
  cluster: ClusterRef;
}

/** ClusterSPIFFEIDs that no controller manager takes, and those of which it says that they failed. */
export function objectFindings(
  spiffeIds: readonly ClusterSpiffeIdFact[],
  around: Around,
): Finding[] {
  const { managers, cluster } = around;
  const isOld = ({ createdAt }: ClusterSpiffeIdFact): boolean =>
    createdAt === undefined || Math.abs(cluster.now - createdAt) >= GRACE;
  const taken = spiffeIds.filter((one) => managers.some((manager) => isTaken(one, manager)));
  const passedOver = spiffeIds.filter((one) => !taken.includes(one));
  return [
    ...groupBy(passedOver, ({ className }) => className).map((objects) =>
      notTaken(objects, around),
    ),
    ...taken.filter(isOld).flatMap((one) => failures(one, around)),
    ...spiffeIds.flatMap((one) => selectsNone(one, around)),
  ];
}

/** Labels of Istio, by which an object is meant for parts of the mesh. */
const OF_ISTIO = /(?:^|\.)istio\.io\//;

/** An object that was written for the mesh and meets no pod: often a label that only namespaces carry. */
function selectsNone(
  { name, podSelector }: ClusterSpiffeIdFact,
  { pods, namespaces }: Around,
): Finding[] {
  const labelled = podSelector ? [...podSelector.labels] : [];
  const meant = labelled.find(([key]) => OF_ISTIO.test(key));
  if (!meant || pods.some(({ labels }) => takesLabels(podSelector, labels) === true)) return [];
  const [key, value] = meant;
  const label = `${key}=${value}`;
  const isOfNamespaces = namespaces.some(({ labels }) => labels.get(key) === value);
  const hint = isOfNamespaces
    ? "namespaces do, by which namespaceSelector selects"
    : "see which labels the pods have";
  return [
    info(`ClusterSPIFFEID ${name} selects no pod: none has label ${label}; ${hint}`, {
      object: objectRef("ClusterSPIFFEID", { name }),
    }),
  ];
}

function notTaken(
  objects: readonly [ClusterSpiffeIdFact, ...ClusterSpiffeIdFact[]],
  { managers, cluster }: Around,
): Finding {
  const [first] = objects;
  const { className } = first;
  const names = objects.map(({ name }) => name);
  const classes = managers.map((one) => one.className).filter((one) => one !== "");
  const [wanted] = classes;
  const has = className === "" ? "no class" : `class ${className}`;
  const verb = objects.length === 1 ? "has" : "have";
  const takes = wanted === undefined ? "those without one" : `those of ${enumerate(classes)}`;
  const message = `ClusterSPIFFEID ${enumerate(names, 10)} ${verb} ${has}: the controller manager takes only ${takes}, so nothing comes of ${objects.length === 1 ? "it" : "them"}`;
  const object = objectRef("ClusterSPIFFEID", first);
  const remediation = classRemedy(className, wanted, names, cluster);
  return warn(message, { object, remediation });
}

/** Whoever gave an object a class may mean another SPIRE: that is not overruled. */
function classRemedy(
  className: string,
  wanted: string | undefined,
  names: readonly string[],
  cluster: ClusterRef,
): Remediation {
  if (className !== "" || wanted === undefined) {
    return remedy(
      "If it is meant for this SPIRE, give it the class that the controller manager takes.",
      ...names.map((name) => kubectl(cluster, "get", KIND, name, "-o", "yaml")),
    );
  }
  const patch = JSON.stringify({ spec: { className: wanted } });
  return remedy(
    `Set spec.className to ${wanted}, or delete what the fallback of SPIRE's chart does anyway.`,
    ...names.map((name) => kubectl(cluster, "patch", KIND, name, "--type=merge", "-p", patch)),
  );
}

function failures({ name, stats }: ClusterSpiffeIdFact, { pods, cluster }: Around): Finding[] {
  const object = objectRef("ClusterSPIFFEID", { name });
  const remediation = remedy(
    "Find in the log of the controller manager, which is a container of the server's pod, what failed.",
    kubectl(cluster, "get", KIND, name, "-o", "yaml"),
  );
  if (!stats) {
    const message = `ClusterSPIFFEID ${name} has no status: the controller manager has not taken it up`;
    return [warn(message, { object, remediation })];
  }
  // Pods without a node count as well, and that passes.
  const waiting = pods.filter(({ nodeName }) => nodeName === undefined).length;
  const what = [
    ...(stats.entryFailures > 0 ? [`${stats.entryFailures} entries that the server refused`] : []),
    ...(stats.renderFailures > waiting
      ? [`${stats.renderFailures} pods whose identity could not be made from its template`]
      : []),
  ];
  if (what.length === 0) return [];
  return [warn(`ClusterSPIFFEID ${name} counts ${what.join(" and ")}`, { object, remediation })];
}
