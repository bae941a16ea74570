import {
  EAST_WEST_CLASSES,
  EAST_WEST_NAMESPACE,
  EXPOSE_ISTIOD,
  GATEWAY_NAME,
  PROGRAMMED,
} from "../../mesh/names.ts";
import { installGatewayApi, showGateway } from "../../mesh/commands/gateways.ts";
import { exposeCommand } from "../../mesh/commands/link.ts";
import { HBONE_LISTENER, XDS_LISTENER } from "../../mesh/listeners.ts";
import { deletionText } from "../../mesh/deletion.ts";
import { qualified } from "../../mesh/wording.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import { clusterCheck, type ClusterRef } from "../../model/check.ts";
import type { GatewaysData } from "./data.ts";
import type { GatewayFact, NamespaceFact } from "../../model/facts.ts";
import {
  error,
  fail,
  isFault,
  objectRef,
  pass,
  remedy,
  stopsPeering,
  summarize,
  warn,
  worst,
} from "../../model/finding.ts";
import type { Gathered } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";
import { type Addresses, addressFault, addressesOf } from "../_shared/gateway-addresses.ts";
import { type Surroundings, whyNotProgrammed } from "../_shared/gateway-cause.ts";
import { exposureFindings } from "./exposure.ts";
import { isAbandoned, isTrue } from "../../mesh/conditions.ts";
import { NOBODY_VOUCHES, noIstiodRuns } from "../_shared/no-istiod.ts";
import { notChecked } from "../_shared/not-checked.ts";
import { view } from "./view.ts";
import { explanation } from "./explanation.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    gateways: GatewaysData;
  }
}

function noCrds(cluster: ClusterRef): Finding {
  return fail("the Gateway API is not installed: its CRDs are missing", {
    remediation: remedy(
      "Install the CRDs of the Gateway API, then create the east-west gateway.",
      installGatewayApi(cluster),
    ),
  });
}

function noGateway(cluster: ClusterRef, namespaces: Gathered<NamespaceFact[]>): Finding {
  const exists = namespaces.ok && namespaces.value.some(({ name }) => name === EAST_WEST_NAMESPACE);
  return fail(`no east-west gateway: no Gateway of class ${EAST_WEST_CLASSES.join(" or ")}`, {
    remediation: remedy(
      "Create the east-west gateway.",
      ...(exists ? [] : [kubectl(cluster, "create", "namespace", EAST_WEST_NAMESPACE)]),
      exposeCommand(cluster),
    ),
  });
}

interface Judged {
  finding: Finding;
  state: string;
}

function judge(
  gateway: GatewayFact,
  addresses: Addresses,
  around: Surroundings,
  cluster: ClusterRef,
): Judged {
  const name = `${gateway.namespace}/${gateway.name}`;
  const object = objectRef("Gateway", gateway);
  if (isAbandoned(gateway)) {
    const finding = error(`${name}: not known whether it is programmed: ${NOBODY_VOUCHES}`, {
      object,
      ...noIstiodRuns(cluster),
    });
    return { finding, state: "not known" };
  }
  if (!isTrue(gateway, PROGRAMMED)) {
    const { why, ...details } = whyNotProgrammed(gateway, around, cluster);
    const finding = fail(`${name} is not programmed: ${why}`, { object, ...details });
    return { finding, state: "not programmed" };
  }
  const fault = addressFault(gateway, addresses, around, cluster);
  if (fault) return { finding: fault, state: "programmed, no address for other clusters" };
  const available = addresses.external.join(", ");
  return { finding: pass(`${name} available at ${available}`, { object }), state: "programmed" };
}

function deletionFindings(gateway: GatewayFact, cluster: ClusterRef): Finding[] {
  const { deletion } = gateway;
  if (!deletion) return [];
  return [
    warn(
      `${qualified(gateway)} ${deletionText(deletion)}: other clusters lose their way in with it`,
      {
        object: objectRef("Gateway", gateway),
        remediation: remedy(
          "Let those who hold it finish; where it is wanted, create it again when it is gone.",
          showGateway(cluster, gateway),
        ),
      },
    ),
  ];
}

export const gateways = clusterCheck({
  id: "gateways",
  title: "Gateway Check",
  meshKind: "peering",
  view,
  explanation,
  why: "Other clusters reach this one through its east-west gateway only, at the address that it has.",
  reads: `Gateways of class ${EAST_WEST_CLASSES.join(" and ")} with their Services and pods (label ${GATEWAY_NAME}), and GatewayClasses, in all namespaces; /debug/syncz of istiod, for the clusters that are connected; istiod's pods, to know who vouches for the conditions.`,
  faults: [
    "The CRDs of the Gateway API are not installed.",
    "There is no east-west Gateway.",
    "Condition Programmed is absent or not True: its class, its Service, its load balancer or its pods.",
    "The Gateway has no address, or only the clusterIP of its Service.",
    `It has no listener ${XDS_LISTENER.name} ${XDS_LISTENER.port} or ${HBONE_LISTENER.name} ${HBONE_LISTENER.port}, its Service lacks the port, or label ${EXPOSE_ISTIOD} is gone.`,
    "It is being deleted.",
  ],
  fixes: [
    "Create the east-west gateway with mc expose.",
    "Let the cloud's load balancer controller give the Service an address.",
    "Run istiod of Solo's distribution with peering enabled, so that the class exists and is accepted.",
  ],
  needs: ["gateways"],
  uses: [
    "services",
    "gatewayClasses",
    "gatewayPods",
    "namespaces",
    "syncs",
    "istiods",
    "istiodPods",
  ],
  run(facts, { cluster }) {
    const { services, gatewayClasses, gatewayPods, namespaces, syncs } = facts;
    const { served, eastWest } = facts.gateways;
    const data: GatewaysData = { gateways: [] };
    if (!served || eastWest.length === 0) {
      const finding = stopsPeering(served ? noGateway(cluster, namespaces) : noCrds(cluster));
      return { findings: [finding], data, summary: finding.message };
    }
    const findings: Finding[] = [];
    const exposure = exposureFindings(eastWest, { services, syncs }, cluster);
    for (const gateway of eastWest) {
      const around = { services, gatewayClasses, gatewayPods };
      const addresses = addressesOf(gateway, services);
      const { finding, state } = judge(gateway, addresses, around, cluster);
      const judged = [
        finding,
        ...(exposure.get(gateway) ?? []),
        ...deletionFindings(gateway, cluster),
      ].map(stopsPeering);
      findings.push(...judged);
      data.gateways.push({
        namespace: gateway.namespace,
        name: gateway.name,
        addresses: gateway.statusAddresses.map(({ value }) => value),
        status: worst(judged.map(({ severity }) => severity)),
        state,
      });
    }
    if (!services.ok) {
      findings.push(notChecked("whether the addresses are reachable from outside", services));
    }
    // What explains a fault is asked for where there is one.
    if (findings.some(({ severity }) => isFault(severity))) {
      if (!gatewayClasses.ok) findings.push(notChecked("GatewayClasses", gatewayClasses));
      if (!gatewayPods.ok) findings.push(notChecked("pods of the gateways", gatewayPods));
    }
    return { findings, data, summary: summarize(findings, "all eastwest gateways programmed") };
  },
});
