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
import { network } from "./mesh/network.ts";

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
  network,
];
