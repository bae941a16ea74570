import { defined } from "../../lib/defined.ts";
import { remedy, step } from "../../model/finding.ts";
import type { ServiceEntryFact, ServicePort } from "../../model/facts.ts";
import { deleteEntries, listEntries, showEntry } from "../commands/entries.ts";
import { istiodLog } from "../commands/istiod.ts";
import { isByLocalName, portsOf, type SharedService } from "../services.ts";
import { enumerate, qualified } from "../wording.ts";
import { type Cause, type Fault, objectsOf } from "./fault.ts";
import { broken, type Judged, ok, unknown } from "./judged.ts";
import { isYoung, type Path, readyThere } from "./path.ts";

/* Hop 4: istiod of the callers' cluster has written a name for the service. */

const IMPORTED = ok("imported");

const notImported: Cause = {
  severity: ({ path }) => (isYoung(path) ? "warn" : "fail"),
  rootIn: ({ path }) => (scopesDiffer(path) ? "sharing" : undefined),
  message: ([{ path }, ...more], { text, many }) => {
    const from = path.from.cluster.context;
    const host = more.length === 0 ? ` for ${path.host}` : " for their hosts";
    return `${text} ${many ? "are" : "is"} not imported: istiod of ${from} has written no ServiceEntry${host}`;
  },
  remedy: ([{ path }]) =>
    step(
      isYoungText(path) ??
        `See what istiod of ${path.from.cluster.context} says of the peer; it writes a ServiceEntry for each service that a connected peer shares.`,
      istiodLog(path.from.cluster),
      listEntries(path.from.cluster, "ServiceEntry"),
    ),
};

/** A sentence for what is so new that peers need not have heard of it. */
function isYoungText(path: Path): string | undefined {
  return isYoung(path)
    ? "Wait two minutes, as it is shared only now; then see what istiod says of the peer."
    : undefined;
}

const copyNotImported: Cause = {
  severity: ({ path }) => (isYoung(path) ? "warn" : "fail"),
  message: ([{ path, object, detail }, ...more], { text, many }) => {
    const { from, to } = path;
    const which =
      more.length === 0 && object ? `ServiceEntry ${qualified(object)}` : "their ServiceEntries";
    const identities =
      detail === undefined
        ? ""
        : `; ${which} of ${from.cluster.context} ${more.length === 0 ? "names" : "name"} no identity of trust domain ${detail}`;
    return `${text} ${many ? "are" : "is"} without a way there: ${from.cluster.context} has no WorkloadEntry of cluster ${to.cluster.id} for ${many ? "them" : "it"}${identities}`;
  },
  remedy: ([{ path }]) =>
    step(
      isYoungText(path) ??
        `See what istiod of ${path.from.cluster.context} says of the peer; it writes a WorkloadEntry for each service that a connected peer shares.`,
      istiodLog(path.from.cluster),
      listEntries(path.from.cluster, "WorkloadEntry"),
    ),
};

const shadowed: Cause = {
  ofCallers: true,
  severity: ({ detail }) => (detail === YOUNGER ? "warn" : "fail"),
  message: ([first, ...more]) => {
    const { from, host } = first.path;
    const rivals = objectsOf([first, ...more]);
    const who = `${rivals.length > 1 ? "ServiceEntries" : "ServiceEntry"} ${enumerate(rivals.map(qualified))} of ${from.cluster.context}`;
    const what = more.length === 0 ? `host ${host}, too` : "hosts of imported services, too";
    const effect =
      first.detail === YOUNGER
        ? "pods of the same namespace get its address in place of the imported one"
        : rivals.length > 1
          ? "they are older than the imported ones, so pods get their addresses"
          : "it is older than the imported one, so pods get its address";
    return `${who} ${rivals.length > 1 ? "have" : "has"} ${what}: ${effect}`;
  },
  remedy: (faults) => {
    const [{ path }] = faults;
    const { cluster } = path.from;
    const rivals = objectsOf(faults);
    const federated = faults.every(({ path: one, object }) =>
      one.from.rivals(one.host).some((rival) => rival.federated && rival.name === object?.name),
    );
    return federated
      ? remedy(
          "Switch the federation of the Gloo management plane off, as peering does its work, and delete what it has left.",
          ...deleteEntries(cluster, "ServiceEntry", rivals),
        )
      : step(
          "Take the host out of the ServiceEntry, or delete it where nothing needs it.",
          ...rivals.slice(0, 5).map((rival) => showEntry(cluster, "ServiceEntry", rival)),
        );
  },
};

/** Of a rival that counts only for callers in its own namespace. */
const YOUNGER = "younger";

const doubled: Cause = {
  ofCallers: true,
  severity: () => "fail",
  message: (faults) => {
    const [{ path, detail }, ...more] = faults;
    const where = path.from.cluster.context;
    const oldest = enumerate(objectsOf(faults).map(qualified));
    const hosts = more.length === 0 ? `host ${path.host}` : "the same hosts";
    return `ServiceEntries ${detail} of ${where} both have ${hosts}: only the older counts, ${oldest}`;
  },
  remedy: (faults) =>
    step(
      "See which of them its istiod still writes; one is left over from another way to share services, or from another segment.",
      ...objectsOf(faults)
        .slice(0, 5)
        .map((one) => showEntry(faults[0].path.from.cluster, "ServiceEntry", one)),
    ),
};

const lacksPorts: Cause = {
  severity: ({ path }) => (isYoung(path) ? "warn" : "fail"),
  rootIn: ({ path }) => (portsDiffer(path) ? "sharing" : undefined),
  message: ([{ path, object, detail }, ...more], { text }) => {
    const entry =
      more.length === 0 && object ? `ServiceEntry ${qualified(object)}` : "their ServiceEntries";
    const where = path.from.cluster.context;
    return `${text} cannot be reached at ${detail}: ${entry} of ${where} ${more.length === 0 ? "lacks it" : "lack it"}`;
  },
  remedy: ([first]) =>
    step(
      "Give the service the same ports in all clusters that share it; istiod takes them up by itself.",
      ...objectsOf([first]).map((one) => showEntry(first.path.from.cluster, "ServiceEntry", one)),
    ),
};

/** What clusters of one Segment say of a service that they share. */
function saidOf({ mesh, to, key }: Path, of: (shared: SharedService) => string): Set<string> {
  const copies = mesh.sides.flatMap(({ segment, shared }) => {
    const found = segment === to.segment ? shared.get(key) : undefined;
    return found ? [of(found)] : [];
  });
  return new Set(copies);
}

/** Another cluster shares it with other ports. */
function portsDiffer(path: Path): boolean {
  return saidOf(path, portsOf).size > 1;
}

/** Another cluster shares it by another scope, perhaps under another name. */
function scopesDiffer(path: Path): boolean {
  return saidOf(path, ({ scope }) => scope).size > 1;
}

function entryRef({ namespace, name }: ServiceEntryFact): NonNullable<Fault["object"]> {
  return { kind: "ServiceEntry", namespace, name };
}

/** What is known to be older; where one does not say, neither is. */
function isOlder(rival: ServiceEntryFact, entry: ServiceEntryFact): boolean {
  const [first, second] = [rival.createdAt, entry.createdAt];
  return first !== undefined && second !== undefined && first <= second;
}

function age({ createdAt }: ServiceEntryFact): number {
  return createdAt ?? 0;
}

/** TCP ports of the Service that the import has not; what HBONE does not carry does not count. */
function missingPorts({ service }: SharedService, entry: ServiceEntryFact): ServicePort[] {
  return service.ports.filter(
    ({ port, protocol }) =>
      protocol === "TCP" && port !== undefined && !entry.ports.some((one) => one.port === port),
  );
}

/** Whether the import, or an entry beside it, tells of the other cluster. */
function tellsOf(path: Path, entry: ServiceEntryFact): Judged | undefined {
  const { from, to, key, mesh } = path;
  const { id } = to.cluster;
  const { remoteEntries, flatEntries } = from.member.facts;
  if (id !== undefined && (from.entries(id, key).length > 0 || from.hasFlatEntries(id, key))) {
    return undefined;
  }
  const unique = mesh.uniqueDomain(to, from);
  if (unique !== undefined && from.servingDomains(entry).has(unique)) return undefined;
  if (id === undefined) return unknown(`CLUSTER_ID of ${to.cluster.context} is not known`);
  if (!remoteEntries.ok) return unknown(remoteEntries.detail);
  if (!flatEntries.ok) return unknown(flatEntries.detail);
  const ready = readyThere(path);
  // What has no pods there, on purpose or not, needs no way to them.
  if (ready === 0 || (ready === undefined && path.service?.selector === undefined))
    return undefined;
  if (ready === undefined) {
    const why = `pods of ${path.service?.namespace} in ${to.cluster.context} were not read, and without pods there is no entry for it`;
    return unknown(why);
  }
  return broken("not imported", {
    cause: copyNotImported,
    path,
    object: entryRef(entry),
    ...defined({ detail: unique }),
  });
}

/** What else has the host, and may be taken for it. */
function shadow(path: Path, host: string, entry: ServiceEntryFact): Judged | undefined {
  const { from } = path;
  const rivals = from.rivals(host);
  const older = rivals.find((rival) => isOlder(rival, entry));
  const rival = older ?? rivals[0];
  if (!rival) return undefined;
  const fault: Fault = { cause: shadowed, path, object: entryRef(rival) };
  return broken("shadowed", older ? fault : { ...fault, detail: YOUNGER });
}

function twice(path: Path, found: readonly ServiceEntryFact[]): Judged | undefined {
  const inOrder = found.toSorted((one, other) => age(one) - age(other));
  const [oldest, second] = inOrder;
  if (!oldest || !second) return undefined;
  return broken("shadowed", {
    cause: doubled,
    path,
    object: entryRef(oldest),
    detail: inOrder.map(qualified).join(" and "),
  });
}

export function judgeImported(path: Path): Judged {
  const { from, to, host, shared, key } = path;
  const { imports } = from.member.facts;
  if (!imports.ok) return unknown(imports.detail);
  if (host === undefined) return unknown(`the domain of segment ${to.segment} is not known`);
  const found = from.imports(host);
  const [entry] = found;
  if (!entry) {
    // The name is that of the local Service, which gets the endpoints of the others.
    const { id } = to.cluster;
    const hasEntry =
      id !== undefined && (from.entries(id, key).length > 0 || from.hasFlatEntries(id, key));
    if (shared && isByLocalName(shared) && hasEntry) return IMPORTED;
    return broken("not imported", { cause: notImported, path });
  }
  const told = tellsOf(path, entry);
  if (told) return told;
  const lacking = shared && missingPorts(shared, entry);
  if (lacking && lacking.length > 0) {
    const detail = `port ${enumerate(lacking.map(({ port }) => String(port)))}`;
    return broken("other ports", { cause: lacksPorts, path, object: entryRef(entry), detail });
  }
  return twice(path, found) ?? shadow(path, host, entry) ?? IMPORTED;
}
