import { kubectl } from "../../mesh/commands/shell.ts";
import { clusterCheck, type ClusterRef } from "../../model/check.ts";
import type { Facts } from "../../model/facts.ts";
import { fail, info, objectRef, remedy, summarize } from "../../model/finding.ts";
import { valueOr, type Gathered } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";
import type { SpireServerPodFact } from "../../model/spire.ts";
import { notChecked } from "../_shared/not-checked.ts";
import { isPlain, managersOf, spireUse } from "../_shared/spire.ts";
import { certificateFindings } from "./certificates.ts";
import { identityFindings } from "./identities.ts";
import { objectFindings } from "./objects.ts";
import { needing } from "./workloads.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "spire-registration": undefined;
  }
}

const FINE = "every pod that needs one has the identity that Istio knows it by";
const BY_HAND =
  "entries of SPIRE's server cannot be seen from here, and no controller manager makes them: not checked which identity pods get";

export const spireRegistration = clusterCheck({
  id: "spire-registration",
  title: "SPIRE Registration Check",
  view: { rank: 340 },
  why: "SPIRE gives a certificate only to what has an entry; a selector, a class or an ignored namespace decides that silently.",
  reads:
    "ClusterSPIFFEIDs and ClusterStaticEntries; the controller manager's configuration; pods, with labels, service accounts and owners; namespaces with labels; where recorded, or with --deep, /config_dump of ztunnel.",
  faults: [
    "ztunnel, a gateway or an ambient pod has no entry: nothing selects it, or its namespace is ignored.",
    "The identity that it gets is not of the form /ns/NAMESPACE/sa/SERVICE-ACCOUNT.",
    "A ClusterSPIFFEID has another class than the controller manager takes (warning).",
    "A ClusterSPIFFEID has no status, or counts failures (warning).",
    "ztunnel says that it has no certificate for an identity (warning while it is being fetched).",
  ],
  fixes: [
    "Give ClusterSPIFFEIDs the class of the controller manager, and selectors that meet the pods.",
    "Select ambient pods by the label of their namespace: namespaceSelector, not podSelector.",
    "Take the namespace out of ignoreNamespaces.",
  ],
  needs: ["connection"],
  uses: [
    "spire",
    "spirePods",
    "spireTrust",
    "spireEntries",
    "ztunnelPods",
    "namespaces",
    "ztunnelDumps",
  ],
  run({ spire, ztunnelDumps, ...facts }, { cluster }) {
    const { use, leftOut } = spireUse(spire);
    if (!use) return { findings: [leftOut], summary: leftOut.message };
    const findings = [
      ...judge(facts, use.byZtunnel, cluster),
      ...certificateFindings(valueOr(ztunnelDumps, []), cluster),
    ];
    const noted = findings.find(({ severity }) => severity === "info");
    return { findings, summary: summarize(findings, noted?.message ?? FINE) };
  },
});

type Inputs = {
  [K in "spirePods" | "spireTrust" | "spireEntries" | "ztunnelPods" | "namespaces"]: Gathered<
    Facts[K]
  >;
};

const WHAT = "which identity pods get";

function judge(facts: Inputs, byZtunnel: boolean, cluster: ClusterRef): Finding[] {
  const { spirePods, spireTrust, spireEntries, ztunnelPods, namespaces } = facts;
  if (!spirePods.ok) return [notChecked(WHAT, spirePods)];
  if (!spireTrust.ok) return [notChecked(WHAT, spireTrust)];
  if (!spireEntries.ok) return [notChecked(WHAT, spireEntries)];
  if (!namespaces.ok) return [notChecked(WHAT, namespaces)];
  const { servers, workloads } = spirePods.value;
  const { served, spiffeIds, staticEntries } = spireEntries.value;
  const managers = managersOf(spireTrust);
  const [manager, second] = managers;
  if (!manager) {
    const unread = spireTrust.value.servers.find((one) => one.unread)?.unread;
    return [unread ? notChecked(WHAT, unread) : info(BY_HAND)];
  }
  if (!served)
    return [
      notServed(
        servers.find(({ hasManager }) => hasManager),
        cluster,
      ),
    ];
  if (!staticEntries.ok) return [notChecked(WHAT, staticEntries)];
  const { trustDomain } = manager;
  if (second) return [info(`${WHAT} not checked: there are several controller managers`)];
  if (!isPlain(trustDomain)) {
    return [info(`${WHAT} not checked: the trust domain of the controller manager is not known`)];
  }
  const pods = needing({
    pods: workloads,
    ztunnelPods: valueOr(ztunnelPods, []),
    namespaces: namespaces.value,
    byZtunnel,
    cluster,
  });
  const inputs = {
    manager,
    trustDomain,
    namespaces: namespaces.value,
    spiffeIds,
    staticEntries: staticEntries.value,
  };
  return [
    ...identityFindings(pods, inputs, cluster),
    ...objectFindings(spiffeIds, {
      managers,
      pods: workloads,
      namespaces: namespaces.value,
      cluster,
    }),
  ];
}

function notServed(managing: SpireServerPodFact | undefined, cluster: ClusterRef): Finding {
  const message =
    "the CRDs of spire.spiffe.io are not installed: the controller manager makes no entry";
  return fail(message, {
    ...(managing && { object: objectRef("Pod", managing) }),
    remediation: remedy(
      "Install chart spire-crds of SPIRE's Helm repository.",
      kubectl(cluster, "get", "crds"),
    ),
  });
}
