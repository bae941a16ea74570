import { groupBy } from "../../lib/group-by.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import { type EntryInputs, entriesOf, istioId, type PodEntries } from "../../mesh/spire/entries.ts";
import { enumerate } from "../../mesh/wording.ts";
import type { ClusterRef } from "../../model/check.ts";
import { fail, info, objectRef, remedy } from "../../model/finding.ts";
import type { Finding, Remediation } from "../../model/report.ts";
import { type Needing, type Role, workloadName } from "./workloads.ts";

/** What happens to what has no identity. */
const CONSEQUENCE: Readonly<Record<Role, string>> = {
  ztunnel: "the agents answer it with `no identity issued`",
  gateway: "it waits for its certificate and does not become ready",
  ambient: "its connections hang, as ztunnel gets no certificate for it",
};

const MOST = 10;
const OBJECTS = "clusterspiffeids,clusterstaticentries";

interface Judged extends Needing {
  entries: PodEntries;
}

/** Pods that get no identity, or another than Istio knows them by; by workload, and by cause. */
export function identityFindings(
  pods: readonly Needing[],
  inputs: EntryInputs,
  cluster: ClusterRef,
): Finding[] {
  const judged = pods
    .map((one): Judged => ({ ...one, entries: entriesOf(one.pod, inputs) }))
    .filter(({ pod, entries }) => !hasIstioId(entries, istioId(inputs.trustDomain, pod)));
  return groupBy(judged, ({ role, entries }) => JSON.stringify([role, causeOf(entries)])).map(
    (group) => finding(group, inputs, cluster),
  );
}

function hasIstioId(entries: PodEntries, id: string): boolean {
  return entries.kind === "entries" && entries.ids.includes(id);
}

function causeOf(entries: PodEntries): string {
  switch (entries.kind) {
    case "ignored":
      return `the controller manager ignores namespaces that match ${entries.pattern}`;
    case "none":
      return "no ClusterSPIFFEID or ClusterStaticEntry that the controller manager takes selects it";
    case "unknown":
      return entries.why;
    default:
      return `${enumerate([...new Set(entries.objects)])} gives it an identity of another form than /ns/NAMESPACE/sa/SERVICE-ACCOUNT`;
  }
}

function finding(
  group: readonly [Judged, ...Judged[]],
  inputs: EntryInputs,
  cluster: ClusterRef,
): Finding {
  const [first] = group;
  const workloads = enumerate(
    [...new Set(group.map(({ pod }) => workloadName(pod)))].toSorted(),
    MOST,
  );
  const cause = causeOf(first.entries);
  const object = objectRef("Pod", first.pod);
  if (first.entries.kind === "unknown") {
    return info(`identity of ${workloads} not checked: ${cause}`, { object });
  }
  const wrong =
    first.entries.kind === "entries"
      ? ` (${first.entries.ids[0]}, not ${istioId(inputs.trustDomain, first.pod)})`
      : "";
  const lead = first.entries.kind === "entries" ? "no identity that Istio knows" : "no identity";
  const message = `${lead} for ${workloads}: ${cause}${wrong}; ${CONSEQUENCE[first.role]}`;
  return fail(message, { object, remediation: remedyOf(first, inputs, cluster) });
}

function remedyOf(
  { entries, pod }: Judged,
  { manager, trustDomain }: EntryInputs,
  cluster: ClusterRef,
): Remediation {
  const look = kubectl(cluster, "get", OBJECTS, "-o", "yaml");
  if (entries.kind === "ignored") {
    return remedy(
      `Take the pattern out of spire-server.controllerManager.ignoreNamespaces in SPIRE's Helm values and upgrade its release, or move ${workloadName(pod)} to another namespace.`,
      look,
    );
  }
  if (entries.kind === "entries") {
    return remedy(
      "Give the object the template spiffe://{{ .TrustDomain }}/ns/{{ .PodMeta.Namespace }}/sa/{{ .PodSpec.ServiceAccountName }}.",
      look,
    );
  }
  const named = manager.className === "" ? "" : ` with className ${manager.className}`;
  return remedy(
    `Add a ClusterSPIFFEID${named} that selects it and gives ${istioId(trustDomain, pod)}, or switch on the fallback of SPIRE's chart: spire-server.controllerManager.identities.clusterSPIFFEIDs.default.enabled.`,
    look,
  );
}
