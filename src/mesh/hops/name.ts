import { switchOf } from "../switches.ts";
import { step } from "../../model/finding.ts";
import { showEntry } from "../commands/entries.ts";
import { istiodLog } from "../commands/istiod.ts";
import { isByLocalName } from "../services.ts";
import { qualified } from "../wording.ts";
import { type Cause, objectsOf } from "./fault.ts";
import { broken, type Judged, ok } from "./judged.ts";
import type { Path } from "./path.ts";
import type { Side } from "./side.ts";

/* Hop 6: callers find an address for the name. */

const RESOLVES = ok("resolves");
const AUTOALLOCATE = "PILOT_ENABLE_IP_AUTOALLOCATE";
/** How long istiod may take for an address, ms. */
const GRACE = 2 * 60_000;

/** istiod of the cluster gives no addresses, as its environment says. */
export function givesNoAddresses({ member }: Side): boolean {
  const { istiods } = member.facts;
  return (
    istiods.ok && istiods.value.judged.some(({ env }) => switchOf(env, AUTOALLOCATE) === false)
  );
}

export const noAddress: Cause = {
  ofCallers: true,
  severity: ({ path }) => (isNew(path) ? "warn" : "fail"),
  message: ([first, ...more]) => {
    const where = first.path.from.cluster.context;
    const { object, path } = first;
    return more.length === 0 && object
      ? `ServiceEntry ${qualified(object)} of ${where} has no address: ${path.host} is not resolved`
      : `${more.length + 1} imported services of ${where} have no address: their hosts are not resolved`;
  },
  remedy: ([first]) =>
    step(
      `See that ${AUTOALLOCATE} of istiod is not false, and what it says of the ServiceEntry: it gives each an address.`,
      ...objectsOf([first]).map((one) => showEntry(first.path.from.cluster, "ServiceEntry", one)),
      istiodLog(first.path.from.cluster),
    ),
};

function isNew({ from, host }: Path): boolean {
  const [entry] = from.imports(host);
  return entry?.createdAt !== undefined && from.cluster.now - entry.createdAt < GRACE;
}

/** Whether the name of an imported service has an address; what it takes to be imported is judged before. */
export function judgeName(path: Path): Judged {
  const { from, host, shared, key } = path;
  // The local Service has an address of its own.
  if (shared && isByLocalName(shared) && from.services.has(key)) return RESOLVES;
  const [entry] = from.imports(host);
  if (!entry || entry.addresses.length > 0) return RESOLVES;
  const { namespace, name } = entry;
  const object = { kind: "ServiceEntry", namespace, name };
  return broken("no address", { cause: noAddress, path, object });
}
