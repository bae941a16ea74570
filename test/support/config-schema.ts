import { join, resolve } from "node:path";
import {
  type CompletedConfig,
  createFormatter,
  createParser,
  DEFAULT_CONFIG,
  SchemaGenerator,
  ts,
} from "ts-json-schema-generator";
import { schemaAddress } from "../../src/lib/pages.ts";

/*
 * The JSON Schema of mc.yaml, from its type. It is closed: a field that is not known is a mistake.
 */

const ROOT = resolve(import.meta.dirname, "../..");

type Json = Record<string, unknown>;

const CONFIG = join(ROOT, "src/model/config.ts");

const config: CompletedConfig = {
  ...DEFAULT_CONFIG,
  path: CONFIG,
  type: "Config",
  expose: "none",
  jsDoc: "extended",
  additionalProperties: false,
  skipTypeCheck: true,
  topRef: false,
};

/** What types cannot say: nothing is empty, and a day looks like one. */
const NARROWER: Readonly<Record<string, Json>> = {
  check: { minLength: 1 },
  cluster: { minLength: 1 },
  object: { minLength: 1 },
  reason: { minLength: 1 },
  until: { format: "date" },
};

function narrowed(definition: Json): Json {
  const properties = Object.entries(definition["properties"] as Record<string, Json>);
  return {
    ...definition,
    properties: Object.fromEntries(
      properties.map(([name, schema]) => [name, { ...schema, ...NARROWER[name] }]),
    ),
  };
}

/** The schema that `mc config init` names in the first line of a file. */
export function configSchema(): Json {
  const program = ts.createProgram([CONFIG], { noLib: true, types: [] });
  const parser = createParser(program, config);
  const generator = new SchemaGenerator(program, parser, createFormatter(config), config);
  const {
    definitions: _none,
    $schema: _draft,
    properties = {},
    ...rest
  } = generator.createSchema("Config");
  const ignore = properties["ignore"] as { items: Json };
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    $id: schemaAddress("mc.config.v1.schema.json"),
    title: "mc.yaml, schema mc.config/v1",
    ...rest,
    properties: { ...properties, ignore: { ...ignore, items: narrowed(ignore.items) } },
  };
}
