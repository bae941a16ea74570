import { slimmers } from "../facts/slim.ts";
import { string } from "../lib/json.ts";
import type { RawObject } from "../model/reader.ts";
import type { Resource } from "../model/resource.ts";
import { CLOSER } from "./record/certificates.ts";
import { scrub } from "./record/secret-text.ts";

const slimFor = slimmers(CLOSER);

/**
 * The object as it may be recorded: only what facts declare that they read, and of that nothing that
 * is or looks like a secret. Facts make the same of it as of the whole object.
 */
export function redactObject(resource: Resource, object: RawObject): RawObject {
  // Items of lists do not say their type, and metadata alone says another.
  const isTyped = object["kind"] === resource.kind && string(object["apiVersion"]) !== undefined;
  const typed = isTyped
    ? object
    : { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind };
  return scrub(slimFor(resource)(typed)) as RawObject;
}

function apiVersionOf({ group, versions }: Resource): string {
  return group ? `${group}/${versions[0]}` : versions[0];
}
