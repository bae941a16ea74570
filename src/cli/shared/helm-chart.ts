import type { refusedByHelm } from "../../gateway/helm-owner.ts";
import { hasReached, parseVersion } from "../../mesh/versions.ts";
import type { ClusterRef } from "../../model/check.ts";
import type { Io } from "./io.ts";
import type { GlobalOptions } from "./options.ts";
import { indented, note, warning } from "./say.ts";

/** The version of Solo's Istio from which on there is the `peering` chart. */
const CHART_SINCE = "1.29";

/** Says what the `peering` chart needs, and where it is not known to be there. */
export async function chartNotes(
  clusters: readonly ClusterRef[],
  options: GlobalOptions,
  io: Io,
): Promise<void> {
  const needs = `the peering chart needs Solo's Istio ${CHART_SINCE} or later`;
  const old = clusters.flatMap(({ context, istioVersion = "" }) =>
    hasReached(istioVersion, CHART_SINCE)
      ? []
      : [`${context} runs ${parseVersion(istioVersion)?.text ?? "an unknown version"}`],
  );
  await note(io, options, old.length === 0 ? needs : `${needs}: ${old.join(", ")}`);
}

/** Says which Gateways helm would not take up, and how it would. */
export async function helmWarnings(
  refused: ReturnType<typeof refusedByHelm>,
  io: Io,
): Promise<void> {
  for (const { text, commands } of refused) {
    await warning(io, text);
    await io.stderr.write(`${indented(commands).join("\n")}\n`);
  }
}
