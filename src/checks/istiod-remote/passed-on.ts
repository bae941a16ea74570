import { kubectl } from "../../mesh/commands/shell.ts";
import { gatewaysFor, leadsToIstiod, passesIstiodOn } from "../../mesh/istio-gateways.ts";
import { GATEWAY_NAME, ISTIO_GATEWAY_RESOURCE, PORT_XDS } from "../../mesh/names.ts";
import type { WayToIstiod } from "../../mesh/remote-istiod.ts";
import { qualified } from "../../mesh/wording.ts";
import type { ClusterRef } from "../../model/check.ts";
import { fail, objectRef, pass, step } from "../../model/finding.ts";
import { valueOr } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";
import { notChecked } from "../_shared/not-checked.ts";
import type { Member } from "./member.ts";

/** Whether the gateway of a primary passes on to its istiod what proxies of a led cluster send. */
export function passedOnFindings(
  { cluster, facts }: Member,
  { service }: WayToIstiod,
  led: ClusterRef,
): Finding[] {
  // A Service of istiod itself, and a Gateway of the Gateway API, need none of Istio's own.
  if (service.selector?.get("app") === "istiod" || service.labels.has(GATEWAY_NAME)) return [];
  const { context } = cluster;
  const about = { cluster: context, object: objectRef("Service", service) };
  const name = `Service ${qualified(service)} of ${context}`;
  const { istioGateways } = facts;
  if (!istioGateways.ok) return [notChecked(`what ${name} passes on`, istioGateways, about)];
  const { gateways, routes } = istioGateways.value;
  const all = gatewaysFor(service, gateways, valueOr(facts.proxyPods, []));
  const passing = all.filter(passesIstiodOn);
  const advice =
    "Apply what Istio's samples/multicluster/expose-istiod.yaml has: Gateway istiod-gateway and VirtualService istiod-vs; with a revision, its file for revisions.";
  if (passing.length === 0) {
    return [
      fail(
        `${name} takes what proxies of ${led.context} send to istiod, and no Gateway for its pods has port ${PORT_XDS} with TLS mode PASSTHROUGH`,
        {
          ...about,
          remediation: step(
            advice,
            kubectl(cluster, "get", ISTIO_GATEWAY_RESOURCE, "-A", "-o", "yaml"),
          ),
        },
      ),
    ];
  }
  if (!routes.ok) return [notChecked(`routes from ${name} to istiod`, routes, about)];
  if (routes.value.some((route) => passing.some((gateway) => leadsToIstiod(route, gateway)))) {
    return [pass(`${name} passes on to istiod what proxies of ${led.context} send`, about)];
  }
  const [gateway] = passing;
  return [
    fail(
      `${name} takes what proxies of ${led.context} send to istiod, and no VirtualService leads from Gateway ${gateway ? qualified(gateway) : ""} to an istiod`,
      {
        ...about,
        remediation: step(advice, kubectl(cluster, "get", "virtualservices", "-A", "-o", "yaml")),
      },
    ),
  ];
}
