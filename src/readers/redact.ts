import { NAMES_KEPT } from "../facts/slim-data.ts";
import { slimFor } from "../facts/slim.ts";
import { array, at, property, record, string } from "../lib/json.ts";
import { CACERTS, SELF_MADE } from "../mesh/trust/cacerts.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES, type Resource } from "../model/resource.ts";
import { isSecretName, REDACTED, scrub } from "./record/secret-text.ts";

/*
 * What of an object may be written to a file: only what facts read, and of that nothing that is or
 * looks like a secret. Facts make the same of it as of the whole object.
 */

/** Annotations that Istio, Solo's distribution and the Gateway API give a meaning. */
const KNOWN_ANNOTATION =
  /^([\w-]+\.)*(istio\.io|solo\.io)\/|^(gateway\.networking|topology\.kubernetes)\.k8s\.io\/|^topology\.kubernetes\.io\//;

type Rule = (object: RawObject) => RawObject;

/** The object as it may be recorded. */
export function redactObject(resource: Resource, object: RawObject): RawObject {
  // Items of lists do not say their type, and metadata alone says another.
  const isTyped = object["kind"] === resource.kind && string(object["apiVersion"]) !== undefined;
  const typed = isTyped
    ? object
    : { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind };
  const rule = RULES.get(resource.plural) ?? withoutSecretVariables;
  return scrub(rule(slimFor(resource)(typed))) as RawObject;
}

function apiVersionOf({ group, versions }: Resource): string {
  return group ? `${group}/${versions[0]}` : versions[0];
}

const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  [RESOURCES.secrets.plural, secret],
  [RESOURCES.gateways.plural, gateway],
]);

/** Its data is certificates and names by now: whoever reads a CA's knows that no name is left out. */
function secret(object: RawObject): RawObject {
  const { data, ...rest } = object;
  const metadata = record(object["metadata"]);
  if (metadata["name"] === CACERTS || metadata["name"] === SELF_MADE) {
    const annotations = { ...record(metadata["annotations"]), [NAMES_KEPT]: "true" };
    return { ...object, metadata: { ...metadata, annotations } };
  }
  return Object.keys(record(data)).length === 0 ? rest : object;
}

function gateway(object: RawObject): RawObject {
  const { metadata, spec } = object;
  const annotations = Object.entries(record(property(metadata, "annotations"))).filter(
    ([key]) => KNOWN_ANNOTATION.test(key) && !isSecretName(key),
  );
  return {
    ...object,
    metadata: { ...record(metadata), annotations: Object.fromEntries(annotations) },
    spec: {
      gatewayClassName: property(spec, "gatewayClassName"),
      addresses: property(spec, "addresses"),
      listeners: array(property(spec, "listeners")).map((listener) => ({
        name: property(listener, "name"),
        hostname: property(listener, "hostname"),
        port: property(listener, "port"),
        protocol: property(listener, "protocol"),
        tls: { mode: at(listener, "tls", "mode") },
      })),
    },
  };
}

/** Literal values of variables whose names say that they are secrets. */
function withoutSecretVariables(object: RawObject): RawObject {
  return mapVariables(object) as RawObject;
}

function mapVariables(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mapVariables);
  if (typeof value !== "object" || value === null) return value;
  const variables = property(value, "env");
  const entries = Object.entries(value).map(([key, item]): [string, unknown] =>
    key === "env" && Array.isArray(variables)
      ? [key, variables.map(withoutSecretValue)]
      : [key, mapVariables(item)],
  );
  return Object.fromEntries(entries);
}

function withoutSecretValue(variable: unknown): unknown {
  const hasSecret =
    isSecretName(string(property(variable, "name")) ?? "") &&
    property(variable, "value") !== undefined;
  return hasSecret ? { ...record(variable), value: REDACTED } : variable;
}
