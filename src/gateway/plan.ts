import { deletionOf } from "../facts/objects.ts";
import { showGateway, showGatewayManagers } from "../mesh/commands/gateways.ts";
import { type Deletion, deletionText } from "../mesh/deletion.ts";
import { array, at } from "../lib/json.ts";
import type { ClusterRef } from "../model/check.ts";
import type { WritableCluster } from "../model/cluster.ts";
import { missing } from "../model/gathered.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";
import type { Written } from "../model/writer.ts";
import { sameContent } from "./comparable.ts";
import { helmOwner } from "./helm-owner.ts";
import type { GatewayManifest } from "./manifest.ts";
import { type Problem, problem, unread } from "./problem.ts";

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
  /** Also find out what would be if fields were taken over that stand against it. */
  showConflicts?: boolean;
}

export const GATEWAYS = RESOURCES.gateways;

export function gatewayName({ metadata }: Wanted["manifest"]): string {
  return `${metadata.namespace}/${metadata.name}`;
}

export function withNamespace(manifest: GatewayManifest, namespace: string): Wanted["manifest"] {
  return { ...manifest, metadata: { ...manifest.metadata, namespace } };
}

/**
 * What applying would do, by a dry run of each on its API server, all at once: so that nothing is
 * written unless all can be. Problems are conflicts with other field managers, refusals, and
 * clusters that do not answer; what a conflict stands against is contested.
 */
export async function plan(
  wanted: readonly Wanted[],
  settings: ApplySettings,
): Promise<{ planned: Planned[]; contested: Planned[]; problems: Problem[] }> {
  for (const writer of new Set(wanted.map((one) => one.writer))) writer.renew?.();
  const outcomes = await Promise.all(wanted.map((one) => planOne(one, settings)));
  return {
    planned: outcomes.flatMap((outcome) => ("planned" in outcome ? [outcome.planned] : [])),
    contested: outcomes.flatMap((outcome) =>
      "problem" in outcome && outcome.contested ? [outcome.contested] : [],
    ),
    problems: outcomes.flatMap((outcome) => ("problem" in outcome ? [outcome.problem] : [])),
  };
}

type Outcome = { planned: Planned } | { problem: Problem; contested?: Planned };

async function planOne(
  wanted: Wanted,
  { force, showConflicts = false }: ApplySettings,
): Promise<Outcome> {
  const { ref, writer, manifest } = wanted;
  const { namespace, name } = manifest.metadata;
  const [before, after] = await Promise.all([
    writer.get(GATEWAYS, namespace, name),
    writer.apply(GATEWAYS, { ...manifest }, { force, dryRun: true }),
  ]);
  if (!after.ok) {
    const found = { problem: refusal(wanted, after) };
    if (!showConflicts || after.conflicts.length === 0) return found;
    const forced = await planOne(wanted, { force: true });
    return "planned" in forced ? { ...found, contested: forced.planned } : found;
  }
  if (!before.ok && before.why !== "not-found") {
    return { problem: unread(ref, `Gateway ${gatewayName(manifest)} could not be read`, before) };
  }
  const { warnings, value } = after;
  const deletion = before.ok ? deletionOf(before.value) : undefined;
  if (deletion) return { problem: vanishing(wanted, deletion) };
  const owner = before.ok && !force ? helmOwner(before.value) : undefined;
  if (owner !== undefined) return { problem: ofHelm(wanted, owner) };
  if (!before.ok) return { planned: { ...wanted, action: "create", after: value, warnings } };
  const unchanged = isManaged(before.value) && sameContent(before.value, value);
  return {
    planned: {
      ...wanted,
      action: unchanged ? "unchanged" : "change",
      before: before.value,
      after: value,
      warnings,
    },
  };
}

/** Helm would take back what is written, or find the object changed under its hands. */
function ofHelm({ ref, manifest }: Wanted, owner: string): Problem {
  return problem(
    ref,
    `Gateway ${gatewayName(manifest)} belongs to ${owner}: change its values, which --generate --format helm-values prints (--force-conflicts writes to it all the same)`,
    showGatewayManagers(ref, manifest.metadata),
  );
}

/** What is written to an object that is being deleted goes with it. */
function vanishing({ ref, manifest }: Wanted, deletion: Deletion): Problem {
  return problem(
    ref,
    `Gateway ${gatewayName(manifest)} ${deletionText(deletion)}: run this again when it is gone`,
    showGateway(ref, manifest.metadata),
  );
}

/** mc applied it before: otherwise applying changes its owners, though not what it says. */
function isManaged(object: RawObject): boolean {
  return array(at(object, "metadata", "managedFields")).some(
    (entry) => at(entry, "manager") === "mc" && at(entry, "operation") === "Apply",
  );
}

/** Why an apply was refused, with who owns what when that is why. */
export function refusal(
  { ref, manifest }: Wanted,
  answer: Extract<Written<RawObject>, { ok: false }>,
): Problem {
  const gateway = `Gateway ${gatewayName(manifest)}`;
  const { conflicts, why, detail, request } = answer;
  if (conflicts.length > 0) {
    const owners = conflicts.map(({ manager, field }) => `${manager} owns ${field}`);
    return problem(
      ref,
      `${gateway} has fields that others manage: ${owners.join(", ")} (--force-conflicts takes them over)`,
      showGatewayManagers(ref, manifest.metadata),
    );
  }
  const message = `${gateway} cannot be applied`;
  if (why === "conflict" || why === "invalid") return problem(ref, `${message}: ${detail}`);
  return unread(ref, message, missing(why, detail, request));
}
