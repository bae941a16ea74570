import { reachableAddresses } from "../../mesh/addresses.ts";
import {
  exposeCommand,
  type Linkable,
  linkBothWays,
  linkOneWay,
} from "../../mesh/commands/link.ts";
import { contextWord, mc } from "../../mesh/commands/shell.ts";
import { enumerate } from "../../mesh/wording.ts";
import { checkOf, remedy, step } from "../../model/finding.ts";
import type { CheckName, Finding, Remediation } from "../../model/report.ts";

/** What `mc link` would refuse for. */
interface Obstacle {
  /** What must come first, as the end of a sentence that begins with `First`. */
  first: string;
  /** The check whose fault it is. */
  check: CheckName;
  commands: string[];
}

function obstaclesOf({ cluster, gateways, services = [] }: Linkable): Obstacle[] {
  const { context } = cluster;
  const check = checkOf(context, "gateways");
  if (gateways && !gateways.served) {
    const first = `install the CRDs of the Gateway API in ${context}, as its Gateway Check says`;
    return [{ first, check, commands: [] }];
  }
  const unnamed = { first: `give ${context} a network`, check: "network" as const, commands: [] };
  const noGateway = {
    first: `make the east-west Gateway of ${context}`,
    check,
    commands: [exposeCommand(cluster, "--wait")],
  };
  const noAddress = {
    first: `get the east-west Gateway of ${context} an address, as its Gateway Check says`,
    check,
    commands: [],
  };
  const { eastWest = [] } = gateways ?? {};
  return [
    ...(cluster.network === undefined ? [unnamed] : []),
    ...(gateways && eastWest.length === 0 ? [noGateway] : []),
    ...(eastWest.length > 0 && reachableAddresses(eastWest, services).size === 0
      ? [noAddress]
      : []),
  ];
}

/** Clusters of one CLUSTER_ID, which no two may have. */
function sameIds(ends: readonly Linkable[]): Obstacle[] {
  const byId = Map.groupBy(ends, ({ cluster }) => cluster.id);
  return [...byId].flatMap(([id, group]) => {
    if (id === undefined || group.length < 2) return [];
    const names = enumerate(group.map(({ cluster }) => cluster.context));
    const first = `give each of ${names} a CLUSTER_ID of its own, which is ${id} in all of them`;
    return [{ first, check: "cluster-identity" as const, commands: [] }];
  });
}

/**
 * What to do about a link that is missing: `mc link`, or first what it would refuse for, whose check
 * is then the cause.
 *
 * @param summary one sentence, for where nothing stands in the way
 * @param ends the cluster that it is about, and those to link it with
 * @param oneWay a link from the first to the second only
 */
export function linkAdvice(
  summary: string,
  [first, ...others]: readonly [Linkable, ...Linkable[]],
  oneWay = false,
): Pick<Finding, "blockedBy"> & { remediation: Remediation } {
  const ends = [first, ...others];
  const obstacles = [...sameIds(ends), ...ends.flatMap(obstaclesOf)];
  const [cause] = obstacles;
  if (!cause) {
    const commands = oneWay ? [linkOneWay(first, others)] : linkBothWays(first, others);
    return { remediation: remedy(summary, ...commands) };
  }
  const what = enumerate(obstacles.map((one) => one.first));
  const contexts = ends.map(({ cluster }) => contextWord(cluster)).join(",");
  const commands = obstacles.flatMap((one) => one.commands);
  return {
    blockedBy: cause.check,
    remediation: step(
      `First ${what}; then link: until then mc link refuses.`,
      ...(commands.length > 0 ? commands : [mc(first.cluster, `check --contexts ${contexts}`)]),
    ),
  };
}
