import { contexts, enumerate } from "../../mesh/wording.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import { fail, objectRef, remedy } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import type { Definition, Member } from "./member.ts";

type WithDomain = Definition & { domain: string };

function membersOf(definitions: readonly Definition[]): Member[] {
  return [...new Set(definitions.map(({ member }) => member))];
}

function edit({ member: { cluster }, namespace, name }: Definition): string {
  return kubectl(cluster, "-n", namespace, "edit", "segments.admin.solo.io", name);
}

/** `mesh.a in ctx-a; mesh.b in ctx-b` */
function listed(groups: ReadonlyMap<string, readonly Definition[]>): string {
  return [...groups].map(([text, all]) => `${text} in ${contexts(membersOf(all))}`).join("; ");
}

/** A Segment is one domain, in every cluster, and a domain one Segment. */
export function domainFindings(definitions: readonly Definition[]): Finding[] {
  const known = definitions.filter((one): one is WithDomain => Boolean(one.domain));
  const byName = [...Map.groupBy(known, ({ name }) => name)];
  const byDomain = [...Map.groupBy(known, ({ domain }) => domain.toLowerCase())];
  return [
    ...byName.flatMap(([name, all]) => differing(name, all)),
    ...byDomain.flatMap(([domain, all]) => doubled(domain, all)),
  ];
}

function differing(name: string, all: readonly WithDomain[]): Finding[] {
  const domains = Map.groupBy(all, ({ domain }) => domain.toLowerCase());
  const usual = [...domains.values()].reduce((most, one) =>
    one.length > most.length ? one : most,
  );
  return unusual(
    all.filter((one) => !usual.includes(one)),
    `segment ${name} has different domains: ${listed(domains)}`,
    "Give the segment one domain in all clusters; where it changes, shared services get other hosts.",
  );
}

function doubled(domain: string, all: readonly WithDomain[]): Finding[] {
  const names = Map.groupBy(all, ({ name }) => name);
  const [, second = []] = names.values();
  return unusual(
    second,
    `segments ${enumerate([...names.keys()])} have the same domain ${domain}: ${listed(names)}`,
    "Give each segment a domain of its own, the same in all clusters.",
  );
}

/** A finding on those that are to be changed; none where nothing is. */
function unusual(changed: readonly Definition[], message: string, advice: string): Finding[] {
  const [first] = changed;
  if (!first) return [];
  return [
    fail(message, {
      cluster: first.member.cluster.context,
      object: objectRef("Segment", first),
      remediation: remedy(advice, ...changed.slice(0, 3).map(edit)),
    }),
  ];
}
