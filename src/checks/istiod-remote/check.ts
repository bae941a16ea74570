import { isRemote } from "../../mesh/kind.ts";
import { PORT_XDS } from "../../mesh/names.ts";
import { isIstiodName } from "../../mesh/remote-istiod.ts";
import { meshCheck } from "../../model/check.ts";
import type { MeshConfigFact } from "../../model/facts.ts";
import { fail, info, pass, remedy, summarize } from "../../model/finding.ts";
import { gathered, valueOr } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";
import { ledFindings, listServices } from "./led.ts";
import type { Member } from "./member.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "istiod-remote": undefined;
  }
}

/** The istiod that the mesh configuration sends proxies to, as the Service that its host is. */
function named({
  discoveryAddress: address = "",
}: MeshConfigFact): { name: string; namespace: string; address: string } | undefined {
  const [name, namespace] = address.replace(/:.*/, "").split(".");
  return name && namespace && isIstiodName(name) ? { name, namespace, address } : undefined;
}

/** Of a cluster with an istiod: do its proxies turn to one that there is? */
function ownFindings({ cluster, facts }: Member): Finding[] {
  const about = { cluster: cluster.context };
  const findings = valueOr(facts.meshConfigs, []).flatMap((config): Finding[] => {
    const host = named(config);
    if (!host) return [];
    const there = facts.services.some(
      (one) => one.name === host.name && one.namespace === host.namespace,
    );
    const says = `ConfigMap ${config.configMap} of ${cluster.context} sends proxies to ${host.address}`;
    if (there) return [info(says, about)];
    const message = `${says}, but there is no such Service`;
    const remediation = remedy(
      "Correct meshConfig.defaultConfig.discoveryAddress, or install what it names.",
      listServices(cluster, host.namespace),
    );
    return [fail(message, { ...about, remediation })];
  });
  return findings.length > 0
    ? findings
    : [pass(`${cluster.context} has an istiod of its own`, about)];
}

export const istiodRemote = meshCheck({
  id: "istiod-remote",
  title: "Remote Istiod Check",
  meshKind: "community",
  view: { rank: 160 },
  why: "In a cluster without an istiod, proxies and the webhook reach that of a primary through a Service; where it is missing they keep to what they have, or to an istiod that knows only its own cluster.",
  reads: `Services called istiod, istiod-remote or with a revision in the istio namespace, with their EndpointSlices, and discoveryAddress of the mesh configuration; of primaries the addresses of Services with port ${PORT_XDS}, and the Gateways and VirtualServices of networking.istio.io by which these lead to istiod.`,
  faults: [
    `No istiod runs, and no Service leads to one elsewhere, or it has no endpoints or no port ${PORT_XDS}.`,
    "The Service selects pods of a cluster in which no istiod runs, or leads back to its gateway.",
    "The Service leads to an address at which no primary lets others in to its istiod (warning).",
    `The primary's gateway does not pass on to its istiod: no Gateway with port ${PORT_XDS} and TLS mode PASSTHROUGH, or no VirtualService from there.`,
    "The mesh configuration sends proxies to a Service of istiod that does not exist.",
  ],
  fixes: [
    "Install the remote profile of istiod with value global.remotePilotAddress.",
    "In the primary, apply Istio's samples/multicluster/expose-istiod.yaml.",
  ],
  needs: ["istiods", "services", "istioNamespace"],
  uses: ["meshConfigs", "istiodEndpoints", "istioGateways", "proxyPods"],
  run(members: readonly Member[], { absent, kinds }) {
    const isLed = ({ facts }: Member): boolean => isRemote(kinds, gathered(facts.istiods));
    const leaders = {
      primaries: members.filter((one) => !isLed(one)),
      isWhole: absent.length === 0,
    };
    const findings = members.flatMap((member) =>
      isLed(member) ? ledFindings(member, leaders) : ownFindings(member),
    );
    const fine = members.some(isLed)
      ? "clusters without an istiod are led by that of another"
      : "every cluster has an istiod of its own";
    return { findings, summary: summarize(findings, fine) };
  },
});
