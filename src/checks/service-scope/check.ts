import { kubectl } from "../../mesh/commands/shell.ts";
import { GATEWAY_NAME, GLOBAL_SERVICE } from "../../mesh/names.ts";
import { isLabelledGlobal, isMultiNetworkAmbient, makesGlobal } from "../../mesh/service-scope.ts";
import { waypointOf } from "../../mesh/waypoints.ts";
import { enumerate, qualified } from "../../mesh/wording.ts";
import { meshCheck, type ClusterRef, type MeshMember } from "../../model/check.ts";
import type { ServiceFact } from "../../model/facts.ts";
import { fail, info, pass, remedy, skip, summarize, warn } from "../../model/finding.ts";
import { valueOr } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";
import { notChecked } from "../_shared/not-checked.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "service-scope": undefined;
  }
}

type Member = MeshMember<"services" | "istiods", "meshConfigs" | "namespaces" | "proxyPods">;

function counted(services: readonly ServiceFact[]): string {
  return services.length === 1 ? "1 Service" : `${services.length} Services`;
}

function showConfig(cluster: ClusterRef): string {
  return kubectl(cluster, "-n", cluster.istioNamespace, "get", "configmap", "istio", "-o", "yaml");
}

/** The label does something only where the mesh configuration says what it means. */
function withoutEffect({ cluster, facts }: Member, global: readonly ServiceFact[]): Finding[] {
  const { meshConfigs } = facts;
  const about = { cluster: cluster.context };
  if (global.length === 0) return [];
  if (!meshConfigs.ok) {
    return [
      notChecked(`what label ${GLOBAL_SERVICE} does in ${cluster.context}`, meshConfigs, about),
    ];
  }
  if (meshConfigs.value.some((config) => makesGlobal(config) || config.unreadable !== undefined)) {
    return [pass(`${cluster.context} shares ${counted(global)}`, about)];
  }
  return [
    fail(
      `label ${GLOBAL_SERVICE} does nothing in ${cluster.context}: no entry of serviceScopeConfigs makes its Services global (${counted(global)})`,
      {
        ...about,
        remediation: remedy(
          "Install istiod with the ambient profile, or add the entry to meshConfig.serviceScopeConfigs.",
          showConfig(cluster),
        ),
      },
    ),
  ];
}

/** Sidecars lose the endpoints of other clusters of every Service that is not global. */
function besideSidecars({ cluster, facts: { proxyPods } }: Member): Finding[] {
  const sidecars = valueOr(proxyPods, []).filter(({ labels }) => !labels.has(GATEWAY_NAME));
  if (sidecars.length === 0) return [];
  return [
    warn(
      `AMBIENT_ENABLE_MULTI_NETWORK is true in ${cluster.context}, where ${sidecars.length} pods have sidecars: these get endpoints of other clusters only of global Services, and do not get through their HBONE gateways`,
      {
        cluster: cluster.context,
        remediation: remedy(
          "Move these workloads to ambient, or set the variable to false while they have sidecars.",
          kubectl(cluster, "get", "pods", "-A", "-l", "security.istio.io/tlsMode=istio"),
        ),
      },
    ),
  ];
}

/** A waypoint is reached from other clusters only where its own Service is shared too. */
function localWaypoints(
  { cluster, facts: { services, namespaces } }: Member,
  global: readonly ServiceFact[],
): Finding[] {
  const spaces = new Map(valueOr(namespaces, []).map((one) => [one.name, one]));
  return global.flatMap((service) => {
    const used = waypointOf(service, spaces.get(service.namespace));
    const waypoint =
      used &&
      services.find(
        (one) => one.namespace === used.namespace && one.labels.get(GATEWAY_NAME) === used.name,
      );
    if (!waypoint || isLabelledGlobal(waypoint)) return [];
    const words = ["-n", waypoint.namespace, "label", "service", waypoint.name];
    return [
      warn(
        `${qualified(service)} of ${cluster.context} is global, and its waypoint ${qualified(waypoint)} is not`,
        {
          cluster: cluster.context,
          object: { kind: "Service", namespace: waypoint.namespace, name: waypoint.name },
          remediation: remedy(
            "Label the waypoint's Service too.",
            kubectl(cluster, ...words, `${GLOBAL_SERVICE}=true`),
          ),
        },
      ),
    ];
  });
}

/** Services that are shared in one cluster alone; that may be meant. */
function inOneOnly(shared: ReadonlyMap<Member, readonly ServiceFact[]>): Finding[] {
  if (shared.size < 2) return [];
  const holders = Map.groupBy(
    [...shared].flatMap(([{ cluster, facts }, all]) =>
      all.map((service) => ({ key: qualified(service), context: cluster.context, facts })),
    ),
    ({ key }) => key,
  );
  return [...holders].flatMap(([key, all]) => {
    const [only, ...more] = all;
    if (!only || more.length > 0) return [];
    const local = [...shared.keys()].filter(
      ({ cluster, facts }) =>
        cluster.context !== only.context && facts.services.some((one) => qualified(one) === key),
    );
    if (local.length === 0) return [];
    const others = enumerate(local.map(({ cluster }) => cluster.context));
    return [info(`${key} is global in ${only.context}, and only local in ${others}`)];
  });
}

export const serviceScope = meshCheck({
  id: "service-scope",
  title: "Service Scope Check",
  meshKind: "community",
  view: { rank: 620 },
  why: "With ambient on several networks each cluster shares only Services that it says are global; a label that nothing acts upon shares none.",
  reads: `Label ${GLOBAL_SERVICE} of Services, serviceScopeConfigs of the mesh configuration, AMBIENT_ENABLE_MULTI_NETWORK of istiod, pods with sidecars; labels of Services and namespaces that name waypoints.`,
  faults: [
    `Services are labelled ${GLOBAL_SERVICE}=true, and no entry of serviceScopeConfigs makes such Services global.`,
    "AMBIENT_ENABLE_MULTI_NETWORK is true in a cluster with sidecars (warning).",
    "A Service is global, and its waypoint's is not (warning).",
  ],
  fixes: [
    "Add the entry to meshConfig.serviceScopeConfigs, as the ambient profile has it.",
    "Label the Services of waypoints too.",
  ],
  needs: ["services", "istiods"],
  uses: ["meshConfigs", "namespaces", "proxyPods"],
  run(members: readonly Member[]) {
    const inUse = members.filter(({ facts }) => isMultiNetworkAmbient(facts.istiods));
    if (inUse.length === 0) {
      const message = "no istiod joins ambient clusters over several networks";
      const because = { notInUse: "ambient on several networks" };
      return { summary: message, findings: [skip(message, { because })] };
    }
    const shared = new Map(
      inUse.map((member) => [member, member.facts.services.filter(isLabelledGlobal)] as const),
    );
    const findings = [
      ...[...shared].flatMap(([member, global]) => [
        ...withoutEffect(member, global),
        ...besideSidecars(member),
        ...localWaypoints(member, global),
      ]),
      ...inOneOnly(shared),
    ];
    const fine = [...shared.values()].some((all) => all.length > 0)
      ? "global services are shared"
      : "no service is global";
    return { findings, summary: summarize(findings, fine) };
  },
});
