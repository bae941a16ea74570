import type { MeshViewFact, MeshWorkloadFact } from "../../model/data-plane-facts.ts";
import { step } from "../../model/finding.ts";
import { istiodLog } from "../commands/istiod.ts";
import { kubectl } from "../commands/shell.ts";
import type { Cause } from "./fault.ts";
import { broken, type Judged, ok } from "./judged.ts";
import { type Path, readyThere } from "./path.ts";

/* Hop 7: what istiod tells ztunnels of the callers' cluster, and what one of them holds. */

/** What the components of the callers' cluster say. */
export interface DataPlaneViews {
  istiod: readonly MeshViewFact[];
  ztunnel: readonly MeshViewFact[];
}

const unknownThere: Cause = {
  severity: () => "fail",
  message: ([{ path, detail }]) =>
    `${path.from.cluster.context} has a ServiceEntry for ${path.host}, but ${detail}`,
  remedy: ([{ path }]) =>
    step(
      "See what the component says; what it does not hold, its source has not sent.",
      istiodLog(path.from.cluster),
      kubectl(
        path.from.cluster,
        "-n",
        path.from.cluster.istioNamespace,
        "logs",
        "-l",
        "app=ztunnel",
        "--tail=100",
      ),
    ),
};

/**
 * Whether ztunnel counts an endpoint: it has an address, or else is on another network than the
 * callers, with a gateway (ztunnel's choice of endpoints, state.rs).
 */
function counts({ addressed, network, gateway }: MeshWorkloadFact, own: string): boolean {
  return addressed || (network !== own && gateway);
}

interface Holder {
  /** `istiod`, `ztunnel`. */
  what: string;
  view: MeshViewFact;
}

/** The network of the callers, as the component says, else as their cluster does; `""` is the default. */
function ownNetwork({ from }: Path, { network = from.cluster.network }: MeshViewFact): string {
  return network ?? "";
}

/** What is wrong with what it holds, as the beginning of a sentence. */
function lackOf(path: Path, { what, view }: Holder): string | undefined {
  const { host = "", to } = path;
  const own = ownNetwork(path, view);
  const who = `${what} ${view.pod}`;
  const services = view.services.filter((one) => one.host === host);
  if (services.length === 0) {
    return view.staged.includes(host)
      ? `only endpoints of ${host}, not the service itself, have come to ${who}`
      : `${host} is not known to ${who}`;
  }
  if (!services.some(({ addresses }) => addresses.some((one) => one.startsWith(`${own}/`)))) {
    return `${host} has no address on network ${own} with ${who}`;
  }
  const there = view.workloads.filter(
    ({ hosts, cluster, network }) =>
      hosts.includes(host) &&
      (cluster === to.cluster.id || (cluster === undefined && network === to.cluster.network)),
  );
  if (there.length === 0) {
    return readyThere(path) === 0
      ? undefined
      : `no endpoint of ${to.cluster.context} for ${host} is known to ${who}`;
  }
  return there.some((one) => counts(one, own))
    ? undefined
    : `no endpoint of ${to.cluster.context} for ${host} can be used by ${who}, for want of a gateway or of another network`;
}

/** How many endpoints are here and there, as ztunnel counts them. */
function endpointsText(path: Path, { what, view }: Holder): string {
  const { host = "" } = path;
  const own = ownNetwork(path, view);
  const all = view.workloads.filter((one) => one.hosts.includes(host) && counts(one, own));
  const local = all.filter(({ network }) => network === own).length;
  return `${what} ${view.pod} holds ${local} local and ${all.length - local} remote endpoints`;
}

/** Nothing where neither was read. */
export function judgeDataPlane(
  path: Path,
  { istiod, ztunnel }: DataPlaneViews,
): { judged: Judged; text: string } | undefined {
  const holders: Holder[] = [
    ...istiod.map((view) => ({ what: "istiod", view })),
    ...ztunnel.map((view) => ({ what: "ztunnel", view })),
  ];
  if (holders.length === 0) return undefined;
  for (const holder of holders) {
    const lack = lackOf(path, holder);
    if (lack !== undefined) {
      const fault = { cause: unknownThere, path, detail: lack };
      return { judged: broken(`unknown to ${holder.what}`, fault), text: lack };
    }
  }
  const text = holders.map((holder) => endpointsText(path, holder)).join("; ");
  return { judged: ok("known"), text };
}
