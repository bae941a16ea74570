import { CHECKS } from "../checks/index.ts";
import { FACTS } from "../facts/index.ts";
import { defined } from "../lib/defined.ts";
import { isRecord } from "../lib/json.ts";
import type { AnyCheck, Verdict } from "../model/check.ts";
import { UsageError } from "../model/errors.ts";
import { error, isFault } from "../model/finding.ts";
import type { Finding, Status } from "../model/report.ts";

/*
 * Checks that a file of others brings, for `--checks`. They are plain objects of the shape that our
 * own have; what they say is looked at as anything from outside is.
 */

const SEVERITIES: ReadonlySet<unknown> = new Set<Status>([
  "pass",
  "info",
  "warn",
  "fail",
  "error",
  "skip",
]);
/** Where faults of those that name no rank stand: after all others. */
const LAST_RANK = 1000;

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText);
}

/** What is wrong with a finding; nothing when it is as reports need it. */
function wrongFinding(value: unknown): string | undefined {
  if (!isRecord(value)) return "a finding is no object";
  const { severity, message, remediation, cluster, object } = value;
  if (!SEVERITIES.has(severity)) return `a finding has the severity ${String(severity)}`;
  if (!isText(message)) return "a finding has no message";
  if (cluster !== undefined && !isText(cluster)) return "the cluster of a finding is no text";
  if (
    object !== undefined &&
    !(isRecord(object) && isText(object["kind"]) && isText(object["name"]))
  ) {
    return "the object of a finding has no kind or no name";
  }
  const isRemedy =
    isRecord(remediation) && isText(remediation["summary"]) && isTexts(remediation["commands"]);
  if (remediation !== undefined && !isRemedy) {
    return "the remediation of a finding is no { summary, commands }";
  }
  return isFault(severity as Status) && !isRemedy
    ? `the ${String(severity)} ${JSON.stringify(message)} has no remediation`
    : undefined;
}

/** What a check concluded, as far as it can be used. */
function judged(value: unknown): Verdict {
  if (!isRecord(value)) throw new Error("run gives no { summary, findings }");
  const { summary, findings } = value;
  if (value instanceof Promise) throw new Error("run must not wait");
  if (!isText(summary)) throw new Error("run gives no summary");
  if (!Array.isArray(findings)) throw new Error("run gives no list of findings");
  const wrong = findings.map(wrongFinding).find(Boolean);
  if (wrong !== undefined) throw new Error(wrong);
  return { summary, findings: findings as Finding[] };
}

function withoutTrust(run: (...given: never[]) => unknown, file: string) {
  return (...given: never[]): Verdict => {
    try {
      return judged(run(...given));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const message = `the check itself failed: ${reason}`;
      const remediation = { summary: `Mend the check in ${file}.`, commands: [] };
      return { summary: message, findings: [error(message, { remediation })] };
    }
  };
}

function factsOf(value: unknown, field: string, where: string): string[] {
  if (!isTexts(value)) throw new UsageError(`${where}: ${field} is no list of facts`);
  const unknown = value.find((key) => !Object.hasOwn(FACTS, key));
  if (unknown !== undefined) throw new UsageError(`${where}: there is no fact ${unknown}`);
  return value;
}

function checkOf(value: unknown, where: string, file: string): AnyCheck {
  if (!isRecord(value)) throw new UsageError(`${where} is no object`);
  const { id, title, scope, needs, uses = [], view, run, meshKind, notInPrecheck } = value;
  const refuse = (what: string): never => {
    throw new UsageError(`${where}: ${what}`);
  };
  if (!isText(id) || !/^[a-z][a-z\d-]*$/.test(id)) refuse("id is no name such as my-check");
  if (CHECKS.some((one) => one.id === id)) refuse(`mc has a check ${String(id)} itself`);
  for (const field of ["title", "why", "reads"]) {
    if (!isText(value[field])) refuse(`${field} is no text`);
  }
  for (const field of ["faults", "fixes"]) {
    if (!isTexts(value[field])) refuse(`${field} is no list of texts`);
  }
  if (scope !== "cluster" && scope !== "mesh") refuse('scope is neither "cluster" nor "mesh"');
  if (typeof run !== "function") refuse("run is no function");
  const rank = isRecord(view) && typeof view["rank"] === "number" ? view["rank"] : LAST_RANK;
  const check = {
    ...defined({ meshKind, notInPrecheck }),
    id,
    title,
    scope,
    why: value["why"],
    reads: value["reads"],
    faults: value["faults"],
    fixes: value["fixes"],
    view: { rank },
    needs: factsOf(needs, "needs", where),
    uses: factsOf(uses, "uses", where),
    ...(scope === "mesh" ? { artifacts: [] } : {}),
    run: withoutTrust(run as (...given: never[]) => unknown, file),
  };
  return check as unknown as AnyCheck;
}

/**
 * The checks that a module exports by default: one, or a list of them.
 *
 * @param file names the module in errors
 * @throws UsageError for what is no check, and for an id that is taken
 */
export function ownChecks(exported: unknown, file: string): AnyCheck[] {
  const list: readonly unknown[] = Array.isArray(exported) ? exported : [exported];
  if (exported === undefined || list.length === 0) {
    throw new UsageError(`--checks ${file} exports no checks by default`);
  }
  return list.map((one, index) => checkOf(one, `--checks ${file}: check ${index + 1}`, file));
}
