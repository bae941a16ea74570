import { spawnSync } from "node:child_process";
import { at, string } from "../../src/lib/json.ts";
import type { RawObject } from "../../src/model/reader.ts";
import { RESOURCES } from "../../src/model/resource.ts";
import type { Finding, ObjectRef, Report, Result, Status } from "../../src/model/report.ts";

/*
 * What holds of every report, whatever the clusters are: what CI systems, baselines and SARIF live
 * on. Each rule gives a line for each finding that breaks it.
 */

/** A cluster of the run as it was read. */
export interface ClusterInput {
  context: string;
  /** What commands name it by. */
  contextArgument: string;
  objects: readonly RawObject[];
}

interface Place {
  result: Result;
  finding: Finding;
  /** Of the block that it stands in; absent across clusters. */
  block?: string;
}

const FAULTS: ReadonlySet<Status> = new Set(["warn", "fail", "error"]);

/** Every other kind that mc reads is in a namespace. */
const CLUSTER_SCOPED: ReadonlySet<string> = new Set([
  "ClusterFederatedTrustDomain",
  "ClusterSPIFFEID",
  "ClusterStaticEntry",
  "GatewayClass",
  "Namespace",
  "Network",
  "Node",
]);

const KINDS: ReadonlySet<string> = new Set(Object.values(RESOURCES).map(({ kind }) => kind));

function placesOf({ clusters, mesh }: Report): Place[] {
  return [
    ...clusters.flatMap(({ context, checks }) =>
      checks.flatMap((result) =>
        result.findings.map((finding) => ({ result, finding, block: context })),
      ),
    ),
    ...mesh.flatMap((result) => result.findings.map((finding) => ({ result, finding }))),
  ];
}

function nameOf({ result, finding, block }: Place): string {
  const name = block === undefined ? result.id : `${block}/${result.id}`;
  return `${name}: ${finding.severity}: ${finding.message}`;
}

function escaped(name: string): string {
  return name.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

/** Whether a text names something, as a word of its own. */
function names(text: string, name: string): boolean {
  return new RegExp(`(?<![\\w./-])${escaped(name)}(?![\\w/-]|\\.\\w)`).test(text);
}

/** Whether it names this object in a namespace, and no other kind of that name. */
function namesObject(text: string, { kind, namespace, name }: ObjectRef): boolean {
  if (namespace === undefined || !names(text, `${namespace}/${name}`)) return false;
  const inFront = new RegExp(`\\b([A-Z]\\w+) ${escaped(`${namespace}/${name}`)}`).exec(text)?.[1];
  return inFront === undefined || inFront === kind || !KINDS.has(inFront);
}

/** As a manifest written by hand is understood: in the namespace `default` if it names none. */
function refOf(object: RawObject): ObjectRef {
  const kind = string(at(object, "kind")) ?? "";
  const name = string(at(object, "metadata", "name")) ?? "";
  const namespace = string(at(object, "metadata", "namespace")) ?? "default";
  return CLUSTER_SCOPED.has(kind) ? { kind, name } : { kind, namespace, name };
}

function isSame(one: ObjectRef, other: ObjectRef): boolean {
  return one.kind === other.kind && one.namespace === other.namespace && one.name === other.name;
}

function clusterRule(place: Place, contexts: readonly string[]): string[] {
  const { cluster, message, object } = place.finding;
  if (cluster !== undefined && !contexts.includes(cluster)) {
    return [`is about ${cluster}, which is no cluster of the run`];
  }
  if (place.block !== undefined) {
    return cluster === place.block ? [] : [`is about ${place.block} and does not say so`];
  }
  const named = contexts.filter((context) => names(message, context));
  if (named.length === 1 && cluster === undefined && object === undefined) {
    return [`is about ${named[0]} and does not say so`];
  }
  return [];
}

function objectRule({ finding, block }: Place, inputs: readonly ClusterInput[]): string[] {
  const { object, message } = finding;
  const cluster = finding.cluster ?? block;
  const there = inputs
    .filter(({ context }) => cluster === undefined || context === cluster)
    .flatMap(({ context, objects }) => objects.map((one) => ({ context, ...refOf(one) })));
  if (object === undefined) {
    const named = new Set(
      there
        .filter((ref) => namesObject(message, ref))
        .map(({ context, namespace, name }) => `${namespace}/${name} of ${context}`),
    );
    return named.size === 1 ? [`is about ${[...named][0]} and does not say so`] : [];
  }
  const { kind, namespace, name } = object;
  if (kind === "" || name === "") return ["is about an object without kind or name"];
  if (CLUSTER_SCOPED.has(kind) !== (namespace === undefined)) {
    return [`is about ${kind} ${name} with the namespace ${namespace}`];
  }
  return there.some((one) => isSame(one, object))
    ? []
    : [`is about ${kind} ${namespace}/${name}, which is not there`];
}

function remedyRule({ finding }: Place): string[] {
  const { severity, remediation } = finding;
  if (!FAULTS.has(severity)) return [];
  return remediation?.summary.trim() ? [] : ["is a fault without a remedy"];
}

function blockedByRule({ finding, block }: Place, report: Report): string[] {
  const { blockedBy } = finding;
  if (blockedBy === undefined) return [];
  const results = new Map<string, Result>([
    ...report.mesh.map((result) => [result.id, result] as const),
    ...report.clusters.flatMap(({ context, checks }) =>
      checks.flatMap((result) => [
        [`${context}/${result.id}`, result] as const,
        ...(context === block ? [[result.id, result] as const] : []),
      ]),
    ),
  ]);
  const blocking = results.get(blockedBy);
  if (!blocking) return [`is blocked by ${blockedBy}, which is not in the report`];
  return FAULTS.has(blocking.status) ? [] : [`is blocked by ${blockedBy}, which is fine`];
}

/** The words of a command's lines up to a here-document, without their quotes. */
function wordsOf(command: string): string[] {
  const [line = ""] = command.split("<<");
  return [...line.matchAll(/(?:'[^']*'|\\.|[^\s'\\])+/g)].map(([word]) =>
    word.replaceAll(
      /'([^']*)'|\\(.)/g,
      (_all, quoted: string = "", plain: string = "") => quoted + plain,
    ),
  );
}

const OF_A_CLUSTER: ReadonlySet<string> = new Set(["kubectl", "helm", "istioctl", "mc"]);
const CONTEXT_FLAGS: ReadonlySet<string> = new Set([
  "--context",
  "--kube-context",
  "--contexts",
  "--from",
  "--to",
]);

/** The contexts that a command names; several by commas. */
function contextsIn(words: readonly string[]): string[] {
  return words.flatMap((word, index) => {
    const [flag = "", ...value] = word.split("=");
    if (!CONTEXT_FLAGS.has(flag)) return [];
    const contexts = value.length > 0 ? value.join("=") : (words[index + 1] ?? "");
    return flag === "--contexts" ? [contexts, ...contexts.split(",")] : [contexts];
  });
}

function commandRule({ finding }: Place, inputs: readonly ClusterInput[]): string[] {
  const known = new Set(inputs.map(({ contextArgument }) => contextArgument));
  return (finding.remediation?.commands ?? []).flatMap((command) => {
    const words = wordsOf(command);
    if (!words.some((word) => OF_A_CLUSTER.has(word))) return [];
    return contextsIn(words).some((context) => known.has(context))
      ? []
      : [`has a command that names no context of the run: ${command}`];
  });
}

/** An unset variable must stop the command: empty it would be a setting. */
function variableRule({ finding }: Place): string[] {
  return (finding.remediation?.commands ?? []).flatMap((command) =>
    /"[^"']*\$(\w|\{\w+\})/.test(command.replaceAll(/'[^']*'/g, ""))
      ? [`has a command with a variable that may be unset: ${command}`]
      : [],
  );
}

/** A function that is not called: parsed as a whole, not run. Nothing is on PATH if it were. */
const PARSE = `PATH=; for command in "$@"; do eval "parsed() {
$command
}" || echo "in: $command"; done`;

/** What a shell says of commands that it cannot parse. */
function unparsable(commands: ReadonlySet<string>): string[] {
  if (commands.size === 0) return [];
  const { stdout, stderr } = spawnSync("bash", ["-c", PARSE, "bash", ...commands], {
    encoding: "utf8",
  });
  return stdout + stderr === "" ? [] : [`a shell cannot parse: ${stdout}${stderr}`];
}

/** What in the report breaks a rule, a line each. */
export function brokenRules(report: Report, inputs: readonly ClusterInput[]): string[] {
  const contexts = report.clusters.map(({ context }) => context);
  const places = placesOf(report);
  const commands = new Set(places.flatMap(({ finding }) => finding.remediation?.commands ?? []));
  return [
    ...places.flatMap((place) =>
      [
        ...clusterRule(place, contexts),
        ...objectRule(place, inputs),
        ...remedyRule(place),
        ...blockedByRule(place, report),
        ...commandRule(place, inputs),
        ...variableRule(place),
      ].map((broken) => `${nameOf(place)}: ${broken}`),
    ),
    ...unparsable(commands),
  ];
}
