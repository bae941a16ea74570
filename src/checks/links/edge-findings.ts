import { awaitsName } from "../../mesh/addresses.ts";
import { linkAdvice } from "../_shared/link-advice.ts";
import { enumerate, qualified } from "../../mesh/wording.ts";
import { showGateway } from "../../mesh/commands/gateways.ts";
import { checkOf, error, fail, info, objectRef, pass, step, warn } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import { NOBODY_VOUCHES, noIstiodRuns } from "../_shared/no-istiod.ts";
import { distinctPairs, edgeFaults, linkableOf, type Edge, type LinkMember } from "./edges.ts";

/** More than so many of a kind are one finding: a large mesh must not fill the screen. */
const FEW = 6;

function arrow({ data: { from, to }, outside }: Edge): string {
  return `${from} → ${to}${outside}`;
}

function arrows(edges: readonly Edge[]): string {
  return enumerate(edges.map(arrow));
}

function about({ link, data }: Edge): Pick<Finding, "cluster" | "object"> {
  return { cluster: data.from, object: objectRef("Gateway", link.gateway) };
}

function connected(edge: Edge): Finding {
  const { address, to, from, synced } = edge.data;
  const via = address === undefined ? "" : ` via ${address}`;
  // Its absence there is no fault: the conditions are what istiod of the source itself says.
  const unlisted = synced === false ? `; /debug/syncz of ${to} lists no istiod of ${from}` : "";
  return pass(`${arrow(edge)} is connected${via}${unlisted}`, about(edge));
}

/** With --precheck a broken link is a warning, as in the Peers Check. */
function fault(precheck: boolean): typeof fail {
  return precheck ? warn : fail;
}

function broken(edge: Edge, precheck: boolean): Finding {
  const { link, data } = edge;
  const faults = edgeFaults(link).join(", ");
  const isEarly = awaitsName(link.gateway, link.from.cluster.now);
  return fault(precheck || isEarly)(
    `${arrow(edge)} is broken: ${faults} on ${qualified(link.gateway)}`,
    {
      ...about(edge),
      blockedBy: checkOf(data.from, "peers"),
      remediation: step(
        `Mend what the Peers Check of ${data.from} says of the gateway.`,
        showGateway(link.from.cluster, link.gateway),
      ),
    },
  );
}

function unknown(edge: Edge, what: string, details: Partial<Finding>): Finding {
  return error(`${what} not known to work: ${NOBODY_VOUCHES}`, {
    ...details,
    ...noIstiodRuns(edge.link.from.cluster),
  });
}

/** Links of one cluster whose state nobody vouches for. */
function notKnown(edges: readonly Edge[]): Finding[] {
  if (edges.length <= FEW) {
    return edges.map((edge) => unknown(edge, `${arrow(edge)} is`, about(edge)));
  }
  return edges.slice(0, 1).map((edge) => {
    const { from } = edge.data;
    return unknown(edge, `${edges.length} links of ${from} are`, { cluster: from });
  });
}

/** Broken links to one cluster: the cause is likely there, and it is named once. */
function brokenTo(to: string, edges: readonly Edge[], precheck: boolean): Finding[] {
  if (edges.length <= FEW) return edges.map((edge) => broken(edge, precheck));
  const sources = edges.map(({ data }) => data.from);
  return [
    fault(precheck)(`${edges.length} links to ${to} are broken: ${arrows(edges)}`, {
      blockedBy: checkOf(sources.slice(0, 1).join(), "peers"),
      remediation: step(
        `Mend what the Peers Check of these clusters says of their gateways for ${to}.`,
        ...edges.slice(0, 3).map(({ link }) => showGateway(link.from.cluster, link.gateway)),
      ),
    }),
  ];
}

/** A link that none of the target's leads back along. */
interface OneWay {
  edge: Edge;
  target: LinkMember;
}

function oneWayOf(edges: readonly Edge[]): OneWay[] {
  return distinctPairs(edges).flatMap((edge) => {
    const target = edge.link.target?.member;
    return target && edge.data.oneWay ? [{ edge, target }] : [];
  });
}

function oneWay({ edge, target }: OneWay): Finding {
  const { link, data } = edge;
  const { remediation } = linkAdvice(
    `Link ${data.to} to ${data.from} too if services are to be reached both ways.`,
    [linkableOf(target), linkableOf(link.from)],
    true,
  );
  const message = `${arrow(edge)} is one-way: no gateway of ${data.to} leads back`;
  return info(message, { ...about(edge), remediation });
}

export function edgeFindings(edges: readonly Edge[], precheck: boolean): Finding[] {
  const bad = edges.filter(({ data }) => data.state === "broken" && !data.unvouched);
  const unvouched = edges.filter(({ data }) => data.unvouched);
  const asymmetric = oneWayOf(edges);
  return [
    ...edges.filter(({ data }) => data.state === "connected").map(connected),
    ...[...Map.groupBy(unvouched, ({ data }) => data.from).values()].flatMap(notKnown),
    ...[...Map.groupBy(bad, ({ data }) => data.to)].flatMap(([to, group]) =>
      brokenTo(to, group, precheck),
    ),
    ...(asymmetric.length > FEW
      ? [
          info(
            `${asymmetric.length} links are one-way: ${arrows(asymmetric.map(({ edge }) => edge))}`,
          ),
        ]
      : asymmetric.map(oneWay)),
  ];
}
