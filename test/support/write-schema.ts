import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
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
 * Writes the JSON Schema of the report from its types. What types cannot say is added here: which
 * data a check of which id has, and that a fault says what to do.
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

const REPORT = join(SOURCE, "model/report.ts");

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

function reportType(program: ts.Program): ts.Node {
  const file = program.getSourceFile(REPORT);
  const found = file?.statements.find(
    (node) => ts.isInterfaceDeclaration(node) && node.name.text === "Report",
  );
  if (!found) throw new Error("the type of the report is gone");
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

/** The schema of what `-o json` prints. */
export function reportSchema(): ReportSchema {
  const program = createProgram({
    ...config,
    path: `{${[REPORT, ...checkFiles()].join(",")}}`,
  });
  const parser = createParser(program, config, (chain) => {
    chain.addNodeParser(new OpenTypes());
  });
  const generator = new SchemaGenerator(program, parser, createFormatter(config), config);
  const data = dataTypes(program);
  const { definitions = {} } = generator.createSchemaFromNodes([
    reportType(program),
    ...data.values(),
  ]);
  const defs = new Map(
    Object.entries(definitions).map(([name, definition]) => [
      publishedName(bare(name)),
      renamed(definition) as Json,
    ]),
  );
  const report = defs.get("report") ?? {};
  defs.delete("report");
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
  Object.assign(
    defs.get("finding") ?? {},
    implication(
      { properties: { severity: { enum: ["warn", "fail", "error"] } } },
      { properties: { remediation: true }, required: ["remediation"] },
    ),
  );
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: schemaAddress("mc.check.v1.schema.json"),
    title: "Report of mc check, schema mc.check/v1",
    ...report,
    $defs: Object.fromEntries([...defs].toSorted(([a], [b]) => a.localeCompare(b))),
  };
}

function checkFiles(): string[] {
  return readdirSync(join(SOURCE, "checks"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("_"))
    .map(({ name }) => join(SOURCE, "checks", name, "check.ts"))
    .toSorted();
}

if (import.meta.main) {
  const path = join(ROOT, "schema/mc.check.v1.schema.json");
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(reportSchema(), null, 2)}\n`);
  const configPath = join(ROOT, "schema/mc.config.v1.schema.json");
  writeFileSync(join(ROOT, "deploy/base/rbac.yaml"), await deployedRbac());
  writeFileSync(configPath, `${JSON.stringify(configSchema(), null, 2)}\n`);
}
