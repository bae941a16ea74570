import { readFile } from "node:fs/promises";
import { reasonOf } from "../lib/system-error.ts";
import { UsageError } from "../model/errors.ts";
import type { Report } from "../model/report.ts";

const STATUSES: ReadonlySet<unknown> = new Set(["pass", "info", "warn", "fail", "error", "skip"]);

type Tree = Readonly<Record<string, unknown>>;

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isObjectRef(value: unknown): boolean {
  if (value === undefined) return true;
  if (!isTree(value)) return false;
  const { kind, namespace, name } = value;
  return isText(kind) && isText(name) && (namespace === undefined || isText(namespace));
}

function isFinding(value: unknown): boolean {
  if (!isTree(value)) return false;
  const { severity, message, cluster, object } = value;
  const isPlaced = (cluster === undefined || isText(cluster)) && isObjectRef(object);
  return STATUSES.has(severity) && isText(message) && isPlaced;
}

function areResults(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every(
      (one) =>
        isTree(one) &&
        isText(one["id"]) &&
        STATUSES.has(one["status"]) &&
        Array.isArray(one["findings"]) &&
        one["findings"].every(isFinding),
    )
  );
}

/** Whether it has what is compared; more than that is not looked at. */
function isReport(value: unknown): value is Report {
  if (!isTree(value) || value["schemaVersion"] !== "mc.check/v1") return false;
  const { startedAt, outcome, clusters, mesh } = value;
  const isTimed = isText(startedAt) && !Number.isNaN(Date.parse(startedAt)) && isText(outcome);
  return (
    isTimed &&
    Array.isArray(clusters) &&
    clusters.every((one) => isTree(one) && isText(one["context"]) && areResults(one["checks"])) &&
    areResults(mesh)
  );
}

/**
 * A report that `mc check -o json` has written.
 *
 * @throws UsageError for a file that is none
 */
export async function readReport(path: string): Promise<Report> {
  let tree: unknown;
  try {
    tree = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? "it is not JSON" : reasonOf(cause);
    throw new UsageError(`${path} cannot be read: ${reason}`);
  }
  if (!isReport(tree)) {
    throw new UsageError(`${path} is no report of mc check -o json (schema mc.check/v1)`);
  }
  return tree;
}
