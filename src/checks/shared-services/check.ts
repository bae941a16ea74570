import { hasReached } from "../../mesh/versions.ts";
import { SEGMENT } from "../../mesh/names.ts";
import { meshDomain, segmentName } from "../../mesh/segments.ts";
import { sharedServices as findShared, type SharedService } from "../../mesh/services.ts";
import { clusterCheck, type ClusterRef } from "../../model/check.ts";
import { info, objectRef, pass } from "../../model/finding.ts";
import type { NamespaceFact, SegmentFact } from "../../model/facts.ts";
import { type Gathered, valueOr } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";
import { notChecked } from "../_shared/not-checked.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "shared-services": undefined;
  }
}

/** The version of Istio from which on its own check says it in other words. */
const SINCE = "1.30";

export const sharedServices = clusterCheck({
  id: "shared-services",
  title: "Shared Services Check",
  meshKind: "peering",
  view: { rank: 600, familiar: true, passesInBrief: true },
  why: "Only services with a shared scope can be reached from other clusters; this lists them.",
  reads:
    "Label solo.io/service-scope of Services and of their namespaces; label admin.solo.io/segment of the istio namespace, and the Segment that it names.",
  faults: ["None: it informs."],
  fixes: [
    "Share a service with kubectl label service NAME solo.io/service-scope=global.",
    "Label a namespace the same way to share all its services; a service's own label wins.",
  ],
  needs: ["services"],
  uses: ["namespaces", "segments"],
  run({ services, namespaces, segments }, { cluster }) {
    const segment = segmentName(valueOr(namespaces, []), cluster.istioNamespace);
    const domain = meshDomain(segment, valueOr(segments, []));
    const shared = findShared(services, valueOr(namespaces, []), domain);
    const notes = notesOn(segment, { namespaces, segments }, cluster);
    const isNew = hasReached(cluster.istioVersion ?? "", SINCE);
    // Up to 1.29 the vendor's check informs, since then it passes.
    const tell = isNew ? pass : info;
    if (shared.length === 0) {
      const summary = "no globally shared services found";
      return { summary, findings: [tell(summary), ...notes] };
    }
    const findings = shared.map((one) =>
      tell(lineOf(one, segment), { object: objectRef("Service", one.service) }),
    );
    const noun = shared.length === 1 ? "service" : "services";
    return {
      summary: `${shared.length} globally shared ${isNew ? "service(s)" : noun}`,
      findings: [...findings, ...notes],
    };
  },
});

function lineOf(
  { service, scope, inherited, host }: SharedService,
  segment: string | undefined,
): string {
  const { name, namespace } = service;
  const origin = inherited ? ` of namespace ${namespace}` : "";
  return host === undefined
    ? `${name}.${namespace} (scope ${scope}${origin}, in segment ${segment})`
    : `${host} (scope ${scope}${origin})`;
}

/** What keeps the list from being whole, or its hosts from being known. */
function notesOn(
  segment: string | undefined,
  {
    namespaces,
    segments,
  }: { namespaces: Gathered<NamespaceFact[]>; segments: Gathered<SegmentFact[]> },
  { istioNamespace }: ClusterRef,
): Finding[] {
  if (!namespaces.ok) {
    const what = "services shared by a label of their namespace, and the segment of the cluster";
    return [notChecked(what, namespaces)];
  }
  if (segment === undefined) return [];
  if (!segments.ok) return [notChecked(`domain of segment ${segment}`, segments)];
  if (meshDomain(segment, segments.value).kind === "known") return [];
  const said = segments.value.some(({ name }) => name === segment)
    ? "has no domain"
    : `does not exist in ${istioNamespace}`;
  return [
    info(`Segment ${segment}, which label ${SEGMENT} of ${istioNamespace} names, ${said}`, {
      object: objectRef("Namespace", { name: istioNamespace }),
    }),
  ];
}
