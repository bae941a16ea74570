import type { AnyCheck } from "../model/check.ts";
import type { Descriptions } from "../model/check-description.ts";
import type { Views } from "../model/view.ts";
import { cniDnsCapture } from "./cni-dns-capture/check.ts";
import { connection } from "./connection/check.ts";
import { controlPlane } from "./control-plane/check.ts";
import { envVars } from "./env-vars/check.ts";
import { gateways } from "./gateways/check.ts";
import { license } from "./license/check.ts";
import { peers } from "./peers/check.ts";
import { platform } from "./platform/check.ts";
import { podsCni } from "./pods-cni/check.ts";
import { podsEastwest } from "./pods-eastwest/check.ts";
import { podsIstiod } from "./pods-istiod/check.ts";
import { podsZtunnel } from "./pods-ztunnel/check.ts";
import { peerSegments } from "./peer-segments/check.ts";
import { serviceConflicts } from "./service-conflicts/check.ts";
import { sharedServices } from "./shared-services/check.ts";
import { eastwestService } from "./eastwest-service/check.ts";
import { endpoints } from "./endpoints/check.ts";
import { istiodRemote } from "./istiod-remote/check.ts";
import { meshId } from "./mesh-id/check.ts";
import { podNetworks } from "./pod-networks/check.ts";
import { remoteClusters } from "./remote-clusters/check.ts";
import { remoteSecrets } from "./remote-secrets/check.ts";
import { serviceScope } from "./service-scope/check.ts";
import { automatedPeering } from "./automated-peering/check.ts";
import { spire } from "./spire/check.ts";
import { spireBundle } from "./spire-bundle/check.ts";
import { spireRegistration } from "./spire-registration/check.ts";
import { spireTrust } from "./spire-trust/check.ts";
import { certs } from "./certs/check.ts";
import { clusterIdentity } from "./cluster-identity/check.ts";
import { dataPlane } from "./data-plane/check.ts";
import { links } from "./links/check.ts";
import { network } from "./network/check.ts";
import { peerAddresses } from "./peer-addresses/check.ts";
import { serviceImports } from "./service-imports/check.ts";
import { segments } from "./segments/check.ts";
import { serviceAccounts } from "./service-accounts/check.ts";
import { services } from "./services/check.ts";
import { staleWorkloads } from "./stale-workloads/check.ts";
import { trustDomains } from "./trust-domains/check.ts";
import { versions } from "./versions/check.ts";
import { ztunnelTrust } from "./ztunnel-trust/check.ts";

/** Every check, in the order of reports. Adding one: its folder, its line here, its test. */
export const CHECKS: readonly AnyCheck[] = [
  connection,
  envVars,
  license,
  cniDnsCapture,
  podsIstiod,
  podsZtunnel,
  podsEastwest,
  podsCni,
  gateways,
  peers,
  sharedServices,
  serviceConflicts,
  peerSegments,
  controlPlane,
  platform,
  eastwestService,
  podNetworks,
  remoteClusters,
  ztunnelTrust,
  spire,
  spireRegistration,
  certs,
  spireBundle,
  spireTrust,
  network,
  staleWorkloads,
  serviceAccounts,
  peerAddresses,
  trustDomains,
  clusterIdentity,
  links,
  automatedPeering,
  dataPlane,
  versions,
  services,
  serviceImports,
  istiodRemote,
  meshId,
  remoteSecrets,
  endpoints,
  serviceScope,
  segments,
];

/** How reporters show the results of each. */
export const VIEWS: Views = Object.fromEntries(CHECKS.map(({ id, view }) => [id, view]));

/** What each says of itself. */
export const DESCRIPTIONS: Descriptions = Object.fromEntries(
  CHECKS.map((check) => [check.id, check]),
);
