import type { FactKey } from "../model/facts.ts";
import { cniConfigs } from "./cni-configs.ts";
import { cniPods } from "./cni-pods.ts";
import { cnis } from "./cnis.ts";
import { connection } from "./connection.ts";
import type { Fact } from "./fact.ts";
import { flatEntries } from "./flat-entries.ts";
import { gatewayClasses } from "./gateway-classes.ts";
import { gatewayDeployments } from "./gateway-deployments.ts";
import { gatewayPods } from "./gateway-pods.ts";
import { gateways } from "./gateways.ts";
import { imports } from "./imports.ts";
import { intermediate } from "./intermediate.ts";
import { istioNamespace } from "./istio-namespace.ts";
import { istioGateways } from "./istio-gateways.ts";
import { istiodEndpoints } from "./istiod-endpoints.ts";
import { istiodPods } from "./istiod-pods.ts";
import { istiodView } from "./istiod-view.ts";
import { istiods } from "./istiods.ts";
import { kubernetesClusters } from "./kubernetes-clusters.ts";
import { licenses } from "./licenses.ts";
import { meshConfigs } from "./mesh-configs.ts";
import { namespaces } from "./namespaces.ts";
import { nodes } from "./nodes.ts";
import { policies } from "./policies.ts";
import { platform } from "./platform.ts";
import { remoteEntries } from "./remote-entries.ts";
import { remoteSecrets } from "./remote-secrets.ts";
import { credentialTarget } from "./credential-target.ts";
import { endpoints } from "./endpoints.ts";
import { proxyPods } from "./proxy-pods.ts";
import { remoteClusters } from "./remote-clusters.ts";
import { rootCertificate } from "./root-certificate.ts";
import { segments } from "./segments.ts";
import { servicePods } from "./service-pods.ts";
import { services } from "./services.ts";
import { sourcePods } from "./source-pods.ts";
import { spire } from "./spire.ts";
import { spireEntries } from "./spire-entries.ts";
import { spirePods } from "./spire-pods.ts";
import { spireTrust } from "./spire-trust.ts";
import { syncs } from "./syncs.ts";
import { ztunnelDumps } from "./ztunnel-dumps.ts";
import { ztunnelPods } from "./ztunnel-pods.ts";
import { ztunnelView } from "./ztunnel-view.ts";
import { ztunnels } from "./ztunnels.ts";

/** Every fact, in the order in which they are asked for. */
export const FACTS: { readonly [K in FactKey]: Fact<K> } = {
  connection,
  istiods,
  istioNamespace,
  istiodPods,
  ztunnelPods,
  cniPods,
  gatewayPods,
  ztunnels,
  cnis,
  gatewayDeployments,
  gateways,
  gatewayClasses,
  services,
  namespaces,
  nodes,
  cniConfigs,
  licenses,
  syncs,
  rootCertificate,
  intermediate,
  meshConfigs,
  remoteSecrets,
  credentialTarget,
  remoteClusters,
  endpoints,
  proxyPods,
  istioGateways,
  istiodEndpoints,
  flatEntries,
  sourcePods,
  imports,
  remoteEntries,
  servicePods,
  policies,
  istiodView,
  ztunnelView,
  segments,
  kubernetesClusters,
  platform,
  ztunnelDumps,
  spire,
  spirePods,
  spireTrust,
  spireEntries,
};
