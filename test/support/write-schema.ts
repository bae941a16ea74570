import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  AnyType,
  type CompletedConfig,
  DEFAULT_CONFIG,
  type BaseType,
  createFormatter,
  createParser,
  createProgram,
  SchemaGenerator,
  StringType,
  type SubNodeParser,
  ts,
} from "ts-json-schema-generator";
import { schemaAddress } from "../../src/lib/pages.ts";
import { deployedRbac } from "./deploy.ts";
import { configSchema } from "./config-schema.ts";

/*
 * Writes the JSON Schemas of what commands print as JSON, from its types. What types cannot say is
 * added here: which data a check of which id has, and that a fault says what to do.
 */

type Json = Record<string, unknown>;

export interface ReportSchema extends Json {
  $defs: Record<string, Definition>;
}

interface Definition extends Json {
  /** Of a result: the data by the id of the check. */
  allOf?: { if: { properties: { id: { const: string } } } }[];
}

const ROOT = resolve(import.meta.dirname, "../..");
const SOURCE = join(ROOT, "src");
const SCHEMAS = join(ROOT, "schema");

const REPORT = join(SOURCE, "model/report.ts");

interface Tree {
  /** In src. */
  path: string;
  type: string;
  title: string;
}

const CHECK_SCHEMA = "mc.check.v1.schema.json";

/** What other commands print, by the file of its schema. */
const TREES: Readonly<Record<string, Tree>> = {
  "mc.certs.v1.schema.json": {
    path: "cli/certs/status-text.ts",
    type: "CertsStatus",
    title: "What mc certs status prints, schema mc.certs/v1",
  },
  "mc.compare.v1.schema.json": {
    path: "model/report.ts",
    type: "Comparison",
    title: "What mc compare prints, schema mc.compare/v1",
  },
  "mc.probe.v1.schema.json": {
    path: "model/probe.ts",
    type: "PodProbeReport",
    title: "What mc probe prints, schema mc.probe/v1",
  },
  "mc.services.v1.schema.json": {
    path: "cli/services/tree.ts",
    type: "ServicesTree",
    title: "What mc services prints, schema mc.services/v1",
  },
  "mc.trace.v1.schema.json": {
    path: "cli/trace/tree.ts",
    type: "TraceTree",
    title: "What mc trace prints, schema mc.trace/v1",
  },
};

const config: CompletedConfig = {
  ...DEFAULT_CONFIG,
  path: REPORT,
  tsconfig: join(ROOT, "tsconfig.json"),
  type: "Report",
  expose: "export",
  jsDoc: "extended",
  additionalProperties: true,
  skipTypeCheck: true,
  topRef: true,
};

/** Definitions that have been published under another name than their type's. */
const PUBLISHED: Readonly<Record<string, string>> = {
  ClusterReport: "cluster",
  ObjectRef: "object",
  CertificateData: "certificate",
};

function publishedName(type: string): string {
  return PUBLISHED[type] ?? type.charAt(0).toLowerCase() + type.slice(1);
}

/** Ids and data are open: a reader must take those of checks that come later. */
class OpenTypes implements SubNodeParser {
  supportsNode(node: ts.Node): boolean {
    return this.#typeOf(node) !== undefined;
  }

  createType(node: ts.Node): BaseType {
    return this.#typeOf(node) ?? new AnyType();
  }

  #typeOf(node: ts.Node): BaseType | undefined {
    if (ts.isTypeReferenceNode(node)) {
      const name = node.typeName.getText();
      return name === "Id" || name === "CheckId" || name === "CheckName"
        ? new StringType()
        : undefined;
    }
    return ts.isIndexedAccessTypeNode(node) && node.objectType.getText() === "CheckData"
      ? new AnyType()
      : undefined;
  }
}

/** The types of data by the ids of checks, as their folders declare them. */
function dataTypes(program: ts.Program): Map<string, ts.TypeNode> {
  const found = new Map<string, ts.TypeNode>();
  const visit = (node: ts.Node): void => {
    if (ts.isInterfaceDeclaration(node) && node.name.text === "CheckData") {
      for (const member of node.members) {
        if (
          !ts.isPropertySignature(member) ||
          !member.type ||
          ts.isComputedPropertyName(member.name)
        )
          continue;
        const { kind } = member.type;
        if (kind !== ts.SyntaxKind.UndefinedKeyword) found.set(member.name.text, member.type);
      }
    }
    ts.forEachChild(node, visit);
  };
  for (const file of program.getSourceFiles()) {
    if (file.fileName.endsWith("/check.ts") && file.fileName.startsWith(SOURCE)) visit(file);
  }
  return found;
}

function typeIn(program: ts.Program, path: string, type: string): ts.Node {
  const file = program.getSourceFile(path);
  const found = file?.statements.find(
    (node) => ts.isInterfaceDeclaration(node) && node.name.text === type,
  );
  if (!found) throw new Error(`the type ${type} is gone`);
  return found;
}

/** References by the published names of what they lead to. */
function renamed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renamed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === "$ref" && typeof item === "string"
        ? `#/$defs/${publishedName(bare(decodeURIComponent(item.slice("#/definitions/".length))))}`
        : renamed(item),
    ]),
  );
}

/** `Result` of `Result<…>`: there is one of each. */
function bare(name: string): string {
  return name.replace(/<.*$/, "");
}

function referenceTo(type: ts.TypeNode): Json {
  return { $ref: `#/$defs/${publishedName(type.getText())}` };
}

/** What is of the first shape is of the second as well. */
function implication(condition: Json, consequence: Json): Json {
  const keywords = new Map([
    ["if", condition],
    ["then", consequence],
  ]);
  return Object.fromEntries(keywords);
}

/** A fault says what to do. */
const FAULTS = implication(
  { properties: { severity: { enum: ["warn", "fail", "error"] } } },
  { properties: { remediation: true }, required: ["remediation"] },
);

/** The definitions that the types of some nodes come to, by their published names. */
function definitionsOf(program: ts.Program, nodes: readonly ts.Node[]): Map<string, Json> {
  const parser = createParser(program, config, (chain) => {
    chain.addNodeParser(new OpenTypes());
  });
  const generator = new SchemaGenerator(program, parser, createFormatter(config), config);
  const { definitions = {} } = generator.createSchemaFromNodes([...nodes]);
  const found = new Map(
    Object.entries(definitions).map(([name, definition]) => [
      publishedName(bare(name)),
      renamed(definition) as Json,
    ]),
  );
  Object.assign(found.get("finding") ?? {}, FAULTS);
  return found;
}

/** A document whose root is one of the definitions, to which the others belong. */
function schemaOf(file: string, title: string, root: string, all: Map<string, Json>): ReportSchema {
  const { [root]: tree = {}, ...rest } = Object.fromEntries(all);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: schemaAddress(file),
    title,
    ...tree,
    $defs: Object.fromEntries(Object.entries(rest).toSorted(([a], [b]) => a.localeCompare(b))),
  };
}

/** The schema of what `mc check -o json` prints. */
function reportSchema(program: ts.Program): ReportSchema {
  const data = dataTypes(program);
  const defs = definitionsOf(program, [typeIn(program, REPORT, "Report"), ...data.values()]);
  Object.assign(defs.get("result") ?? {}, {
    properties: {
      ...(defs.get("result")?.["properties"] as Json),
      id: { type: "string", pattern: "^[a-z][a-z0-9-]*$", description: "The check that it is of." },
    },
    allOf: [...data].map(([id, type]) =>
      implication(
        { properties: { id: { const: id } } },
        { properties: { data: referenceTo(type) } },
      ),
    ),
  });
  return schemaOf(CHECK_SCHEMA, "Report of mc check, schema mc.check/v1", "report", defs);
}

/** The schemas of what commands print with `-o json`, by their files. */
export function schemas(): Record<string, ReportSchema> & { [CHECK_SCHEMA]: ReportSchema } {
  const trees = Object.entries(TREES).map(
    ([file, { path, ...rest }]) => [file, { path: join(SOURCE, path), ...rest }] as const,
  );
  const paths = [REPORT, ...checkFiles(), ...trees.map(([, { path }]) => path)];
  const program = createProgram({ ...config, path: `{${[...new Set(paths)].join(",")}}` });
  return {
    [CHECK_SCHEMA]: reportSchema(program),
    ...Object.fromEntries(
      trees.map(([file, { path, type, title }]) => {
        const all = definitionsOf(program, [typeIn(program, path, type)]);
        return [file, schemaOf(file, title, publishedName(type), all)];
      }),
    ),
  };
}

function checkFiles(): string[] {
  return readdirSync(join(SOURCE, "checks"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("_"))
    .map(({ name }) => join(SOURCE, "checks", name, "check.ts"))
    .toSorted();
}

if (import.meta.main) {
  mkdirSync(SCHEMAS, { recursive: true });
  const all = { ...schemas(), "mc.config.v1.schema.json": configSchema() };
  for (const [file, schema] of Object.entries(all)) {
    writeFileSync(join(SCHEMAS, file), `${JSON.stringify(schema, null, 2)}\n`);
  }
  writeFileSync(join(ROOT, "deploy/base/rbac.yaml"), await deployedRbac());
}
