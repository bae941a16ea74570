import type { AnyCheck } from "../model/check.ts";
import { cniDnsCapture } from "./cluster/cni-dns-capture.ts";
import { connection } from "./cluster/connection.ts";
import { controlPlane } from "./cluster/control-plane.ts";
import { envVars } from "./cluster/env-vars.ts";
import { gateways } from "./cluster/gateways.ts";
import { license } from "./cluster/license.ts";
import { peers } from "./cluster/peers.ts";
import { platform } from "./cluster/platform.ts";
import { podsCni } from "./cluster/pods-cni.ts";
import { podsEastwest } from "./cluster/pods-eastwest.ts";
import { podsIstiod } from "./cluster/pods-istiod.ts";
import { podsZtunnel } from "./cluster/pods-ztunnel.ts";
import { sharedServices } from "./cluster/shared-services.ts";
import { certs } from "./mesh/certs.ts";
import { clusterIdentity } from "./mesh/cluster-identity.ts";
import { dataPlane } from "./mesh/data-plane.ts";
import { links } from "./mesh/links.ts";
import { network } from "./mesh/network.ts";
import { peerAddresses } from "./mesh/peer-addresses.ts";
import { services } from "./mesh/services.ts";
import { staleWorkloads } from "./mesh/stale-workloads.ts";
import { trustDomains } from "./mesh/trust-domains.ts";
import { versions } from "./mesh/versions.ts";

/** Every check, in the order of reports. Adding one: its file, its line here, its test. */
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
  controlPlane,
  platform,
  certs,
  network,
  staleWorkloads,
  peerAddresses,
  trustDomains,
  clusterIdentity,
  links,
  dataPlane,
  versions,
  services,
];
