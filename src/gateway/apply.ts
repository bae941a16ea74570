import { array, at } from "../lib/json.ts";
import { kubectl } from "../lib/shell.ts";
import type { ClusterRef } from "../model/check.ts";
import type { WritableCluster } from "../model/cluster.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";
import type { Written } from "../model/writer.ts";
import { comparable } from "./comparable.ts";
import { type GatewayManifest, toYaml } from "./manifest.ts";
import { type Problem, problem } from "./problem.ts";

/** One Gateway that is wanted on one cluster. */
export interface Wanted {
  ref: ClusterRef;
  writer: WritableCluster;
  /** With its namespace. */
  manifest: GatewayManifest & { metadata: { namespace: string } };
  /** CLUSTER_ID or context and network of the cluster that it stands for. */
  target: { name: string; network: string };
}

export interface Planned extends Wanted {
  action: "create" | "change" | "unchanged";
  /** As it is; absent when it is to be created. */
  before?: RawObject;
  /** As the API server would store it. */
  after: RawObject;
  warnings: string[];
}

export interface ApplySettings {
  /** Take fields over from other managers. */
  force: boolean;
}

const GATEWAYS = RESOURCES.gateways;

export function gatewayName({ metadata }: GatewayManifest): string {
  return `${metadata.namespace}/${metadata.name}`;
}

/**
 * What applying would do, by a dry run of each on its API server, all at once: so that nothing is
 * written unless all can be. Problems are conflicts with other field managers, refusals, and
 * clusters that do not answer.
 */
export async function plan(
  wanted: readonly Wanted[],
  settings: ApplySettings,
): Promise<{ planned: Planned[]; problems: Problem[] }> {
  const outcomes = await Promise.all(wanted.map((one) => planOne(one, settings)));
  return {
    planned: outcomes.flatMap((outcome) => ("planned" in outcome ? [outcome.planned] : [])),
    problems: outcomes.flatMap((outcome) => ("problem" in outcome ? [outcome.problem] : [])),
  };
}

async function planOne(
  wanted: Wanted,
  { force }: ApplySettings,
): Promise<{ planned: Planned } | { problem: Problem }> {
  const { ref, writer, manifest } = wanted;
  const { namespace, name } = manifest.metadata;
  const [before, after] = await Promise.all([
    writer.get(GATEWAYS, namespace, name),
    writer.apply(GATEWAYS, toRaw(manifest), { force, dryRun: true }),
  ]);
  if (!after.ok) return { problem: refusal(ref, manifest, after) };
  if (!before.ok && before.why !== "not-found") {
    return {
      problem: problem(ref, `Gateway ${gatewayName(manifest)} could not be read: ${before.detail}`),
    };
  }
  const { warnings, value } = after;
  if (!before.ok) return { planned: { ...wanted, action: "create", after: value, warnings } };
  const same =
    JSON.stringify(sortedKeys(comparable(before.value))) ===
    JSON.stringify(sortedKeys(comparable(value)));
  return {
    planned: {
      ...wanted,
      action: same && isManaged(before.value) ? "unchanged" : "change",
      before: before.value,
      after: value,
      warnings,
    },
  };
}

/** mc applied it before: otherwise applying changes its owners, though not what it says. */
function isManaged(object: RawObject): boolean {
  return array(at(object, "metadata", "managedFields")).some(
    (entry) => at(entry, "manager") === "mc" && at(entry, "operation") === "Apply",
  );
}

function toRaw(manifest: GatewayManifest): RawObject {
  return { ...manifest };
}

function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, item]) => [key, sortedKeys(item)]),
  );
}

function refusal(
  ref: ClusterRef,
  manifest: GatewayManifest,
  answer: Extract<Written<RawObject>, { ok: false }>,
): Problem {
  const gateway = `Gateway ${gatewayName(manifest)}`;
  const { namespace = "default", name } = manifest.metadata;
  if (answer.conflicts.length === 0) {
    return problem(ref, `${gateway} cannot be applied: ${answer.detail}`);
  }
  const owners = answer.conflicts.map(({ manager, field }) => `${manager} owns ${field}`);
  return problem(
    ref,
    `${gateway} has fields that others manage: ${owners.join(", ")} (--force-conflicts takes them over)`,
    kubectl(
      ref,
      "-n",
      namespace,
      "get",
      "gateways.gateway.networking.k8s.io",
      name,
      "-o",
      "yaml",
      "--show-managed-fields",
    ),
  );
}

export interface Applied {
  done: Planned[];
  /** What stopped it. */
  failed?: { planned: Planned; problem: Problem };
  warnings: { context: string; text: string }[];
}

/**
 * Applies what is planned, one after the other, and stops at the first that fails, so that it is
 * known what has been done. What is unchanged is not written.
 */
export async function apply(
  planned: readonly Planned[],
  settings: ApplySettings,
  onApplied: (planned: Planned) => Promise<void>,
): Promise<Applied> {
  const result: Applied = { done: [], warnings: [] };
  for (const one of planned) {
    if (one.action !== "unchanged") {
      const answer = await one.writer.apply(GATEWAYS, toRaw(one.manifest), settings);
      const { context } = one.ref;
      result.warnings.push(...answer.warnings.map((text) => ({ context, text })));
      if (!answer.ok) {
        return {
          ...result,
          failed: { planned: one, problem: refusal(one.ref, one.manifest, answer) },
        };
      }
      result.done.push(one);
    }
    await onApplied(one);
  }
  return result;
}

/** The command that takes back what was applied. */
export function undoCommand({ ref, manifest, action, before }: Planned): string {
  const { namespace, name } = manifest.metadata;
  if (action === "create" || !before) {
    return kubectl(ref, "-n", namespace, "delete", "gateways.gateway.networking.k8s.io", name);
  }
  const words = ["apply", "--server-side", "--field-manager=mc", "--force-conflicts", "-f", "-"];
  return `${kubectl(ref, ...words)} <<'EOF'\n${toYaml(comparable(before))}EOF`;
}
