import { showService } from "../../mesh/commands/services.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import { isRemote } from "../../mesh/kind.ts";
import { PORT_XDS } from "../../mesh/names.ts";
import { qualified } from "../../mesh/wording.ts";
import { clusterCheck, type ClusterRef } from "../../model/check.ts";
import type { MeshConfigFact, ServiceFact } from "../../model/facts.ts";
import { fail, info, objectRef, pass, remedy, step, summarize } from "../../model/finding.ts";
import { gathered, valueOr } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "istiod-remote": undefined;
  }
}

/**
 * `istiod-remote` up to 1.21, `istiod[-<rev>]-remote` in 1.22 and 1.23, `istiod[-<rev>]` from 1.24 on.
 */
const NAME = /^istiod(-[a-z\d-]+)?$/;

function listServices(cluster: ClusterRef, namespace: string): string {
  return kubectl(cluster, "-n", namespace, "get", "services");
}

/** The Services by which proxies of a remote cluster reach an istiod elsewhere. */
function leading(services: readonly ServiceFact[], namespace: string): ServiceFact[] {
  return services.filter((one) => one.namespace === namespace && NAME.test(one.name));
}

function judgeService(service: ServiceFact, cluster: ClusterRef): Finding {
  const object = objectRef("Service", service);
  const name = `Service ${qualified(service)}`;
  if (service.type === "ExternalName") {
    return pass(`${name} leads to ${service.externalName ?? "an istiod elsewhere"}`, { object });
  }
  const show = showService(cluster, service);
  if (service.selector !== undefined) {
    const message = `${name} selects pods of this cluster, in which no istiod runs`;
    const remediation = step(
      "Install the remote profile of istiod with global.remotePilotAddress.",
      show,
    );
    return fail(message, { object, remediation });
  }
  if (!service.ports.some(({ port }) => port === PORT_XDS)) {
    const message = `${name} has no port ${PORT_XDS}: proxies get no configuration`;
    return fail(message, { object, remediation: step("Give it the port.", show) });
  }
  return pass(`${name} leads to an istiod elsewhere`, { object });
}

function remoteFindings(
  services: readonly ServiceFact[],
  namespace: string,
  cluster: ClusterRef,
): Finding[] {
  const found = leading(services, namespace);
  if (found.length > 0) return found.map((service) => judgeService(service, cluster));
  return [
    fail(`no istiod runs here, and no Service of ${namespace} leads to one elsewhere`, {
      remediation: remedy(
        "Install the remote profile of istiod with global.remotePilotAddress set to the primary's east-west gateway.",
        listServices(cluster, namespace),
      ),
    }),
  ];
}

/** The istiod that the mesh configuration sends proxies to, as the Service that its host is. */
function named({
  discoveryAddress: address = "",
}: MeshConfigFact): { name: string; namespace: string; address: string } | undefined {
  const [name, namespace] = address.replace(/:.*/, "").split(".");
  return name && namespace && NAME.test(name) ? { name, namespace, address } : undefined;
}

export const istiodRemote = clusterCheck({
  id: "istiod-remote",
  title: "Remote Istiod Check",
  meshKind: "community",
  view: { rank: 160 },
  why: "In a cluster without an istiod, proxies and the webhook reach that of a primary through a Service; where it is missing they keep to what they have, or to an istiod that knows only its own cluster.",
  reads:
    "Services called istiod, istiod-remote or with a revision in the istio namespace, and discoveryAddress of the mesh configuration.",
  faults: [
    "No istiod runs, and no Service leads to one elsewhere, or it has no port 15012.",
    "The Service selects pods of a cluster in which no istiod runs.",
    "The mesh configuration sends proxies to a Service of istiod that does not exist.",
  ],
  fixes: ["Install the remote profile of istiod with value global.remotePilotAddress."],
  needs: ["istiods", "services", "istioNamespace"],
  uses: ["meshConfigs"],
  run({ istiods, services, istioNamespace, meshConfigs }, { cluster, kinds }) {
    if (isRemote(kinds, gathered(istiods))) {
      const findings = remoteFindings(services, istioNamespace, cluster);
      return { findings, summary: summarize(findings, "an istiod elsewhere leads the cluster") };
    }
    const findings = valueOr(meshConfigs, []).flatMap((config): Finding[] => {
      const host = named(config);
      if (!host) return [];
      const there = services.some(
        (one) => one.name === host.name && one.namespace === host.namespace,
      );
      const says = `ConfigMap ${config.configMap} sends proxies to ${host.address}`;
      if (there) return [info(says)];
      const message = `${says}, but there is no such Service`;
      const remediation = remedy(
        "Correct meshConfig.defaultConfig.discoveryAddress, or install what it names.",
        listServices(cluster, host.namespace),
      );
      return [fail(message, { remediation })];
    });
    const fine = "the cluster has an istiod of its own";
    const said = findings.length > 0 ? findings : [pass(fine)];
    return { findings: said, summary: summarize(findings, fine) };
  },
});
