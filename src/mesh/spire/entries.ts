import type { NamespaceFact } from "../../model/facts.ts";
import type {
  ClusterSpiffeIdFact,
  ClusterStaticEntryFact,
  SpireManagerConfig,
  SpireWorkloadFact,
} from "../../model/spire.ts";
import { ignoredBy, takesLabels } from "./selectors.ts";

/*
 * Which identity a pod gets, as SPIRE's controller manager decides it (spire-controller-manager 0.6,
 * pkg/spireentry/reconciler.go): objects of its class, in namespaces that it does not ignore; those
 * marked as fallback only for pods that no other object gave an entry.
 */

/** The identity that Istio knows a workload by. */
export function istioId(
  trustDomain: string,
  { namespace, serviceAccount }: Pick<SpireWorkloadFact, "namespace" | "serviceAccount">,
): string {
  return `spiffe://${trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
}

/** Whether the controller manager takes an object; of others it says nothing, not even a status. */
export function isTaken(
  { className }: { className: string },
  manager: Pick<SpireManagerConfig, "className" | "watchClassless">,
): boolean {
  return className === manager.className || (className === "" && manager.watchClassless);
}

/** What an identity of a pod is made from. */
export interface EntryInputs {
  manager: SpireManagerConfig;
  trustDomain: string;
  namespaces: readonly NamespaceFact[];
  spiffeIds: readonly ClusterSpiffeIdFact[];
  staticEntries: readonly ClusterStaticEntryFact[];
}

export type PodEntries =
  /** The identities that it gets, and the names of the objects that give them. */
  | { kind: "entries"; ids: string[]; objects: string[] }
  | { kind: "ignored"; pattern: string }
  | { kind: "none" }
  /** Something is there that mc does not evaluate. */
  | { kind: "unknown"; why: string };

const FIELDS = /\{\{-?\s*([^{}]*?)\s*-?\}\}/g;
/** What SPIRE takes for a path (SPIFFE ID, section 2.2): segments of these characters, none empty. */
const SPIFFE_ID = /^spiffe:\/\/[a-z0-9._-]+(?:\/(?!\.{1,2}(?:\/|$))[\w.-]+)+$/;

/** The identity by a template; undefined where it is none, null where mc cannot tell. */
function render(
  template: string,
  { manager, trustDomain }: EntryInputs,
  pod: SpireWorkloadFact,
): string | undefined | null {
  const values: Readonly<Record<string, string | undefined>> = {
    ".TrustDomain": trustDomain,
    ".ClusterName": manager.clusterName,
    ".ClusterDomain": manager.clusterDomain,
    ".PodMeta.Namespace": pod.namespace,
    ".PodMeta.Name": pod.name,
    ".PodMeta.UID": pod.uid,
    ".PodSpec.ServiceAccountName": pod.serviceAccount,
    ".PodSpec.NodeName": pod.nodeName,
    ".NodeMeta.Name": pod.nodeName,
  };
  let isKnown = true;
  const id = template.replaceAll(FIELDS, (_whole, field: string) => {
    const value = Object.hasOwn(values, field) ? values[field] : undefined;
    if (value === undefined) isKnown = false;
    return value ?? "";
  });
  if (!isKnown) return null;
  return SPIFFE_ID.test(id) && id.startsWith(`spiffe://${trustDomain}/`) ? id : undefined;
}

type Match = "yes" | "no" | "perhaps";

function matchOf(
  { podSelector, namespaceSelector, workloadSelectors }: ClusterSpiffeIdFact,
  pod: SpireWorkloadFact,
  namespace: NamespaceFact | undefined,
): Match {
  const byPod = takesLabels(podSelector, pod.labels);
  if (!byPod) return "no";
  if (namespaceSelector) {
    if (!namespace) return "perhaps";
    if (takesLabels(namespaceSelector, namespace.labels) !== true) return "no";
  }
  return workloadSelectors.length === 0 ? "yes" : "perhaps";
}

const STATIC: Readonly<Record<string, (pod: SpireWorkloadFact) => string | undefined>> = {
  ns: (pod) => pod.namespace,
  sa: (pod) => pod.serviceAccount,
  "pod-uid": (pod) => pod.uid,
  "pod-name": (pod) => pod.name,
  "node-name": (pod) => pod.nodeName,
};

/** Whether a pod's workload has every selector of a static entry, as the agent's k8s attestor finds it. */
function staticMatch({ selectors }: ClusterStaticEntryFact, pod: SpireWorkloadFact): Match {
  if (selectors.length === 0) return "no";
  let match: Match = "yes";
  for (const selector of selectors) {
    const [, type = "", value = ""] = /^k8s:([\w-]+):(.*)$/.exec(selector) ?? [];
    if (type === "pod-label") {
      const at = value.indexOf(":");
      if (pod.labels.get(value.slice(0, at)) !== value.slice(at + 1)) return "no";
      continue;
    }
    const known = Object.hasOwn(STATIC, type) ? STATIC[type] : undefined;
    if (!known) match = "perhaps";
    else if (known(pod) !== value) return "no";
  }
  return match;
}

/** Which entries a pod gets. */
export function entriesOf(pod: SpireWorkloadFact, inputs: EntryInputs): PodEntries {
  const { manager, spiffeIds, staticEntries, namespaces } = inputs;
  const found: { ids: string[]; objects: string[] } = { ids: [], objects: [] };
  let doubt: string | undefined;
  const take = (object: string, id: string | undefined | null): void => {
    if (id === null) doubt ??= `${object} has a template with more than plain fields`;
    else if (id !== undefined) {
      found.ids.push(id);
      found.objects.push(object);
    }
  };

  if (!manager.leavesOut.includes("ClusterStaticEntries")) {
    for (const entry of staticEntries.filter((one) => isTaken(one, manager))) {
      const match = staticMatch(entry, pod);
      const object = `ClusterStaticEntry ${entry.name}`;
      if (match === "yes") take(object, entry.spiffeId);
      if (match === "perhaps") doubt ??= `${object} has selectors that mc does not evaluate`;
    }
  }
  const ignored = ignoredBy(manager.ignoreNamespaces, pod.namespace);
  if (ignored === undefined) doubt ??= "a pattern of ignoreNamespaces is not evaluated";
  const isPassedOver = ignored !== undefined && ignored !== "none";
  if (!isPassedOver && !manager.leavesOut.includes("ClusterSPIFFEIDs")) {
    const namespace = namespaces.find(({ name }) => name === pod.namespace);
    const taken = spiffeIds.filter((one) => isTaken(one, manager));
    const before = found.ids.length;
    for (const isFallback of [false, true]) {
      // Static entries keep no fallback away.
      if (isFallback && found.ids.length > before) break;
      for (const one of taken.filter(({ fallback }) => fallback === isFallback)) {
        const match = matchOf(one, pod, namespace);
        const object = `ClusterSPIFFEID ${one.name}`;
        if (match === "yes") take(object, render(one.template, inputs, pod));
        if (match === "perhaps") doubt ??= `${object} has selectors that mc does not evaluate`;
      }
    }
  }
  if (found.ids.includes(istioId(inputs.trustDomain, pod))) return { kind: "entries", ...found };
  if (doubt !== undefined) return { kind: "unknown", why: doubt };
  if (found.ids.length > 0) return { kind: "entries", ...found };
  return isPassedOver ? { kind: "ignored", pattern: ignored.pattern } : { kind: "none" };
}
