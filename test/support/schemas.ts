import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

/* Output held against the JSON Schemas that are published. */

const DIRECTORY = resolve(import.meta.dirname, "../../schema");

/** The schema with no room for fields that it does not name, so that none goes undocumented. */
export function closed(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(closed);
  if (typeof part !== "object" || part === null) return part;
  const copy = Object.fromEntries(Object.entries(part).map(([key, value]) => [key, closed(value)]));
  return copy["type"] === "object" && copy["properties"]
    ? { ...copy, unevaluatedProperties: false }
    : copy;
}

export function compile(source: object, strictRequired = true): ValidateFunction {
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictRequired });
  addFormats.default(ajv);
  return ajv.compile(source);
}

export function problems(check: ValidateFunction, tree: unknown): string[] {
  check(tree);
  return (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** The schema as it is published, by its file. */
export function published(file: string): object {
  return JSON.parse(readFileSync(resolve(DIRECTORY, file), "utf8")) as object;
}

/**
 * What the output of a command, as JSON, has that its schema does not allow or does not name. The
 * schema is that of its `schemaVersion`.
 */
export function schemaProblems(output: string): string[] {
  const tree = JSON.parse(output) as { schemaVersion: string };
  const schema = published(`${tree.schemaVersion.replace("/", ".")}.schema.json`);
  return [schema, closed(schema) as object].flatMap((one) => problems(compile(one), tree));
}
