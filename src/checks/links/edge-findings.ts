import { linkFaults } from "../../lib/links.ts";
import { enumerate, qualified, showGateway } from "../../lib/mesh.ts";
import { contextWord } from "../../lib/shell.ts";
import type { ClusterRef } from "../../model/check.ts";
import { fail, info, objectRef, pass, remedy } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import { distinctPairs, type Edge } from "./edges.ts";

/** More than so many of a kind are one finding: a large mesh must not fill the screen. */
const FEW = 6;

function arrow({ data: { from, to, inRun } }: Edge): string {
  return `${from} → ${to}${inRun ? "" : " (not in this run)"}`;
}

function arrows(edges: readonly Edge[]): string {
  return enumerate(edges.map(arrow));
}

function about({ link, data }: Edge): Pick<Finding, "cluster" | "object"> {
  return { cluster: data.from, object: objectRef("Gateway", link.gateway) };
}

function connected(edge: Edge): Finding {
  const { address } = edge.data;
  const via = address === undefined ? "" : ` via ${address}`;
  return pass(`${arrow(edge)} is connected${via}`, about(edge));
}

function broken(edge: Edge): Finding {
  const { link, data } = edge;
  const faults = linkFaults(link.gateway).join(", ");
  return fail(`${arrow(edge)} is broken: ${faults} on ${qualified(link.gateway)}`, {
    ...about(edge),
    blockedBy: `${data.from}/peers`,
    remediation: remedy(
      `Mend what the Peers Check of ${data.from} says of the gateway.`,
      showGateway(link.from.cluster, link.gateway),
    ),
  });
}

/** Broken links to one cluster: the cause is likely there, and it is named once. */
function brokenTo(edges: readonly Edge[]): Finding[] {
  const [first] = edges;
  if (!first || edges.length <= FEW) return edges.map(broken);
  return [
    fail(`${edges.length} links to ${first.data.to} are broken: ${arrows(edges)}`, {
      blockedBy: `${first.data.from}/peers`,
      remediation: remedy(
        `Mend what the Peers Check of these clusters says of their gateways for ${first.data.to}.`,
        ...edges.slice(0, 3).map(({ link }) => showGateway(link.from.cluster, link.gateway)),
      ),
    }),
  ];
}

function oneWay(edge: Edge, target: ClusterRef): Finding {
  const { link, data } = edge;
  return info(`${arrow(edge)} is one-way: no gateway of ${data.to} leads back`, {
    ...about(edge),
    remediation: remedy(
      `Link ${data.to} to ${data.from} too if services are to be reached both ways.`,
      `mc link --from ${contextWord(target)} --to ${contextWord(link.from.cluster)}`,
    ),
  });
}

function unlisted(edge: Edge): Finding {
  return info(
    `${arrow(edge)} is connected by its conditions, but /debug/syncz of ${edge.data.to} lists no istiod of ${edge.data.from}`,
    about(edge),
  );
}

export function edgeFindings(edges: readonly Edge[]): Finding[] {
  const good = edges.filter(({ data }) => data.state === "connected");
  const bad = edges.filter(({ data }) => data.state === "broken");
  const asymmetric = distinctPairs(edges).filter(({ data }) => data.oneWay);
  const silent = good.filter(({ data }) => data.synced === false);
  return [
    ...good.map(connected),
    ...[...Map.groupBy(bad, ({ data }) => data.to).values()].flatMap(brokenTo),
    ...(asymmetric.length > FEW
      ? [info(`${asymmetric.length} links are one-way: ${arrows(asymmetric)}`)]
      : asymmetric.flatMap((edge) => {
          const { target } = edge.link;
          return target ? [oneWay(edge, target.cluster)] : [];
        })),
    ...(silent.length > FEW
      ? [
          info(
            `${silent.length} links are connected by their conditions, but not listed in /debug/syncz of their targets: ${arrows(silent)}`,
          ),
        ]
      : silent.map(unlisted)),
  ];
}
