import type { FactReaders } from "../model/source.ts";
import { intermediate, rootCertificate } from "./certificates.ts";
import { cniConfigs } from "./cni-configs.ts";
import { cnis, ztunnels } from "./daemon-sets.ts";
import { licenses, syncs } from "./debug.ts";
import { flatEntries } from "./flat-entries.ts";
import { gatewayClasses } from "./gateway-classes.ts";
import { gatewayDeployments } from "./gateway-deployments.ts";
import { gateways } from "./gateways.ts";
import { istioNamespace } from "./istio-namespace.ts";
import { istiods } from "./istiods.ts";
import { meshConfigs } from "./mesh-configs.ts";
import { namespaces } from "./namespaces.ts";
import { nodes } from "./nodes.ts";
import { platform } from "./platform.ts";
import { cniPods, gatewayPods, istiodPods, ztunnelPods } from "./pods.ts";
import { remoteSecrets } from "./remote-secrets.ts";
import { services } from "./services.ts";
import { sourcePods } from "./source-pods.ts";
import { ztunnelDumps } from "./ztunnel-dumps.ts";

/** How each fact is made. */
export const FACTS: FactReaders = {
  connection: (source) => source.connect(),
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
  flatEntries,
  sourcePods,
  platform,
  ztunnelDumps,
};
