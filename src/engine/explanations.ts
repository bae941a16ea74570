import type { CheckId } from "../model/check-data.ts";
import type { AnyCheck } from "../model/check.ts";
import type { BrokenLink, Explanation, LinkEnd } from "../model/explanation.ts";
import { checkOf } from "../model/finding.ts";
import type { GatewayName } from "../model/links.ts";
import type { CheckName, Report, Result } from "../model/report.ts";

/** A check that explains faults of others. */
interface Explaining {
  id: CheckId;
  scope: AnyCheck["scope"];
  explanation: Explanation;
}

/** What explains that a link is broken, by the results of a report. */
export class Explanations {
  readonly #clusters: ReadonlyMap<string, ReadonlyMap<CheckId, Result>>;
  readonly #mesh: ReadonlyMap<CheckId, Result>;
  /** By precedence, those of the same together. */
  readonly #tiers: readonly (readonly Explaining[])[];
  /** Checks whose faults others may explain. */
  readonly explained: ReadonlySet<CheckId>;

  constructor(report: Report, checks: readonly AnyCheck[]) {
    this.#clusters = new Map(
      report.clusters.map(({ context, checks: results }) => [context, byId(results)]),
    );
    this.#mesh = byId(report.mesh);
    const explaining = checks
      .toSorted((one, other) => one.view.rank - other.view.rank)
      .flatMap(({ id, scope, explanation }) => (explanation ? [{ id, scope, explanation }] : []))
      .toSorted((one, other) => one.explanation.precedence - other.explanation.precedence);
    this.#tiers = [
      ...Map.groupBy(explaining, ({ explanation }) => explanation.precedence).values(),
    ];
    this.explained = new Set(explaining.flatMap(({ explanation }) => explanation.explains));
  }

  /** The check whose fault accounts for the fault of another one about a broken link. */
  of(id: CheckId, link: BrokenLink): CheckName | undefined {
    const tiers = this.#tiers.map((tier) =>
      tier.filter(({ explanation }) => explanation.explains.includes(id)),
    );
    for (const tier of tiers) {
      const name = this.#breaking(tier, link);
      if (name !== undefined) return name;
    }
    // Somebody has answered who is not trusted, or nobody was asked.
    const isClosed = !link.notTakenUp && link.trouble !== "untrusted";
    return isClosed ? this.#entrance(tiers.flat(), link) : undefined;
  }

  #breaking(tier: readonly Explaining[], link: BrokenLink): CheckName | undefined {
    const breaks = (
      { explanation }: Explaining,
      result: Result | undefined,
      end: LinkEnd,
    ): boolean => result !== undefined && explanation.breaks?.(result, link, end) === true;
    const ends = link.notTakenUp ? (["from"] as const) : (["from", "to"] as const);
    const across = tier
      .filter(({ scope }) => scope === "mesh" && !link.notTakenUp)
      .find((one) => breaks(one, this.#mesh.get(one.id), "mesh"));
    if (across) return across.id;
    const ofCluster = tier.filter(({ scope }) => scope === "cluster");
    for (const end of ends) {
      const context = link[end];
      const found = ofCluster.find((one) => breaks(one, this.#resultOf(context, one.id), end));
      if (found) return checkOf(context, found.id);
    }
    return undefined;
  }

  /** What keeps links out of a cluster: each gateway that this one may lead through is closed. */
  #entrance(explaining: readonly Explaining[], { to, through }: BrokenLink): CheckName | undefined {
    const causes = through.map((gateway) => this.#closing(explaining, to, gateway));
    return causes.includes(undefined) ? undefined : causes[0];
  }

  #closing(
    explaining: readonly Explaining[],
    context: string,
    gateway: GatewayName,
  ): CheckName | undefined {
    const found = explaining.find(({ id, explanation }) => {
      const result = this.#resultOf(context, id);
      return result !== undefined && explanation.closes?.(result, gateway) === true;
    });
    return found && checkOf(context, found.id);
  }

  #resultOf(context: string, id: CheckId): Result | undefined {
    return this.#clusters.get(context)?.get(id);
  }
}

function byId(results: readonly Result[]): Map<CheckId, Result> {
  return new Map(results.map((result) => [result.id, result]));
}
