import { selects } from "../../lib/selector.ts";
import { missing, type Missing } from "../../model/gathered.ts";
import type { RawObject } from "../../model/reader.ts";
import type { RecordedDebug, RecordedRequest, Snapshot, Unread } from "./snapshot.ts";

function sameType(one: RecordedRequest, other: RecordedRequest): boolean {
  return one.group === other.group && one.resource === other.resource;
}

function toMissing(entry: Unread | undefined): Missing | undefined {
  if (!entry) return undefined;
  if (!("request" in entry)) return missing(entry.why, entry.detail, entry.access);
  // The selectors are no part of a permission.
  const {
    labelSelector: _label,
    fieldSelector: _field,
    metadataOnly: _part,
    ...request
  } = entry.request;
  return missing(entry.why, entry.detail, request);
}

function requestsOf(unread: readonly Unread[]): (Unread & { request: RecordedRequest })[] {
  return unread.filter((entry) => "request" in entry);
}

/** Why a list could not be read when the cluster was recorded; nothing when it could. */
export function unreadList(
  unread: readonly Unread[],
  wanted: RecordedRequest,
): Missing | undefined {
  const entries = requestsOf(unread).filter(
    ({ request }) =>
      request.verb === "list" &&
      sameType(request, wanted) &&
      (request.namespace ?? "") === (wanted.namespace ?? ""),
  );
  const exact = entries.find(
    ({ request }) =>
      request.labelSelector === wanted.labelSelector &&
      request.fieldSelector === wanted.fieldSelector,
  );
  // An entry without selectors, as someone writes it by hand, speaks of the type as a whole.
  const whole = entries.find(
    ({ request }) => request.labelSelector === undefined && request.fieldSelector === undefined,
  );
  return toMissing(exact ?? whole);
}

/** Why no object of the type could be listed in the whole cluster. */
export function unreadType(
  unread: readonly Unread[],
  wanted: RecordedRequest,
): Missing | undefined {
  const { namespace: _, ...whole } = wanted;
  return unreadList(unread, { ...whole, verb: "list" });
}

export function unreadGet(unread: readonly Unread[], wanted: RecordedRequest): Missing | undefined {
  const found = requestsOf(unread).find(
    ({ request }) =>
      request.verb === "get" &&
      sameType(request, wanted) &&
      (request.name === undefined || request.name === wanted.name) &&
      (request.namespace === undefined || request.namespace === wanted.namespace),
  );
  return toMissing(found);
}

export function unreadDebug(unread: readonly Unread[], wanted: RecordedDebug): Missing | undefined {
  const found = unread.find(
    (entry) =>
      "debug" in entry &&
      entry.debug.namespace === wanted.namespace &&
      entry.debug.pod === wanted.pod &&
      entry.debug.port === wanted.port &&
      entry.debug.path === wanted.path,
  );
  return toMissing(found);
}

/**
 * Whether what the request would answer was read, so that what is not there does not exist. `found`
 * is the object that a get would give: it may have come with a list, or only its metadata.
 */
export function wasRead(snapshot: Snapshot, wanted: RecordedRequest, found?: RawObject): boolean {
  return snapshot.read?.some((request) => covers(request, wanted, found)) ?? true;
}

function covers(
  read: RecordedRequest,
  wanted: RecordedRequest,
  found: RawObject | undefined,
): boolean {
  if (!sameType(read, wanted) || (read.metadataOnly && !wanted.metadataOnly)) return false;
  if (read.namespace !== undefined && read.namespace !== wanted.namespace) return false;
  if (read.verb === "get") return wanted.verb === "get" && read.name === wanted.name;
  if (found && selects(read)(found)) return true;
  const byName =
    wanted.verb === "get" ? `metadata.name=${wanted.name ?? ""}` : wanted.fieldSelector;
  return (
    (read.labelSelector === undefined || read.labelSelector === wanted.labelSelector) &&
    (read.fieldSelector === undefined || read.fieldSelector === byName)
  );
}
