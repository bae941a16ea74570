import { NAMES_KEPT } from "../facts/intermediate.ts";
import { nameOf } from "../facts/objects.ts";
import { slimmers } from "../facts/slim.ts";
import { record, string } from "../lib/json.ts";
import { CACERTS, SELF_MADE } from "../mesh/trust/cacerts.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES, type Resource } from "../model/resource.ts";
import { CLOSER } from "./record/certificates.ts";
import { scrub } from "./record/secret-text.ts";

const slimFor = slimmers(CLOSER);

/**
 * The object as it may be recorded: only what facts declare that they read, and of that nothing that
 * is or looks like a secret. Facts make the same of it as of the whole object.
 * @param isWhole it is all that the cluster has of it, rather than what another recording kept
 */
export function redactObject(resource: Resource, object: RawObject, isWhole = false): RawObject {
  // Items of lists do not say their type, and metadata alone says another.
  const isTyped = object["kind"] === resource.kind && string(object["apiVersion"]) !== undefined;
  const typed = isTyped
    ? object
    : { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind };
  const kept = slimFor(resource)(typed);
  const isOfCa =
    resource.kind === RESOURCES.secrets.kind && CA_SECRETS.has(nameOf(kept)?.name ?? "");
  return scrub(isWhole && isOfCa ? withNamesKept(kept) : kept) as RawObject;
}

const CA_SECRETS: ReadonlySet<string> = new Set([CACERTS, SELF_MADE]);

/** Whoever reads the recording knows that no name of a private file was left out. */
function withNamesKept(object: RawObject): RawObject {
  const metadata = record(object["metadata"]);
  const annotations = { ...record(metadata["annotations"]), [NAMES_KEPT]: "true" };
  return { ...object, metadata: { ...metadata, annotations } };
}

function apiVersionOf({ group, versions }: Resource): string {
  return group ? `${group}/${versions[0]}` : versions[0];
}
