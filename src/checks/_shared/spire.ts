import type { ClusterRef } from "../../model/check.ts";
import type { Facts } from "../../model/facts.ts";
import { info, skip } from "../../model/finding.ts";
import type { Gathered } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";
import type { ParsedConfig, SpireFact, SpireManagerConfig } from "../../model/spire.ts";

const NOT_IN_USE = "the mesh takes no identities from SPIRE";

/** How the mesh uses SPIRE; where it does not, what a check of SPIRE says in place of judging. */
export type SpireUse = { use: SpireFact; leftOut?: never } | { use?: never; leftOut: Finding };

export function spireUse(spire: Gathered<SpireFact>): SpireUse {
  return spire.ok && spire.value.signs.length > 0
    ? { use: spire.value }
    : { leftOut: leftOut(spire) };
}

type Member = { cluster: ClusterRef; facts: { spire: Gathered<SpireFact> } };

/** What a check across clusters says where none is known to use SPIRE: what is not known comes first. */
export function nobodyUses(members: readonly Member[]): Finding {
  const all = members.map(({ facts }) => leftOut(facts.spire));
  const doubt = all.find(({ message }) => message !== NOT_IN_USE);
  return doubt ?? all[0] ?? skip("no cluster is known to take identities from SPIRE");
}

/** Clusters of which it is not known whether they use SPIRE, where others do. */
export function unknownUse(members: readonly Member[]): Finding[] {
  return members.flatMap(({ cluster, facts }) => {
    const message = spireUse(facts.spire).leftOut?.message ?? NOT_IN_USE;
    const { context } = cluster;
    return message === NOT_IN_USE ? [] : [info(`${context}: ${message}`, { cluster: context })];
  });
}

function leftOut(spire: Gathered<SpireFact>): Finding {
  if (!spire.ok) return skip(`not known whether the mesh uses SPIRE: ${spire.detail}`);
  const { agents, partly } = spire.value;
  if (partly !== undefined) {
    return skip(`no sign of SPIRE in the namespaces that were read: ${partly}`, {
      because: { notInUse: "SPIRE" },
    });
  }
  return agents.length > 0
    ? skip(`${NOT_IN_USE}, which is in the cluster`)
    : skip(NOT_IN_USE, { because: { notInUse: "SPIRE" } });
}

/** The same of SPIRE's own check, which alone tells where it is there and not used. */
export function spireUseOrPresence(spire: Gathered<SpireFact>): SpireUse {
  const used = spireUse(spire);
  const isThere = !used.use && spire.ok && spire.value.agents.length > 0;
  return isThere
    ? {
        leftOut: info(
          "SPIRE is in the cluster, and nothing says that the mesh takes identities from it",
        ),
      }
    : used;
}

/** Whether a configured name can be compared: SPIRE may replace variables in it when it starts. */
export function isPlain(value: string | undefined): value is string {
  return value !== undefined && value !== "" && !value.includes("$");
}

/** What was parsed of a configuration; nothing where it cannot be. */
export function parsed<T>(config: ParsedConfig<T> | undefined): T | undefined {
  return config && config.unreadable === undefined ? config : undefined;
}

/** The controller managers of a cluster that are known. */
export function managersOf(trust: Gathered<Facts["spireTrust"]>): SpireManagerConfig[] {
  const servers = trust.ok ? trust.value.servers : [];
  return servers.flatMap(({ manager }) => parsed<SpireManagerConfig>(manager) ?? []);
}
