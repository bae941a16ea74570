import { oneLine } from "../../lib/sanitize.ts";
import type { Report } from "../../model/report.ts";
import type { LinkMatrix } from "../../model/view.ts";
import { type Markup, markup } from "../markup.ts";
import { count, STATUS_WORD, SYMBOL } from "../words.ts";
import { type Graph, type GraphEdge, type GraphNode, graphOf } from "./graph.ts";
import { aside, borderPoint, CARD, layoutOf, type Point } from "./layout.ts";

/** More links than this are drawn thinner where nothing is wrong. */
const FEW_EDGES = 20;
const LEGEND_HEIGHT = 34;

const STATE_WORD: Readonly<Record<GraphEdge["state"], string>> = {
  connected: "connected",
  "one-way": "connected one way",
  broken: "broken",
  unknown: "not known",
};

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** As much of a text as fits: the ends of names tell them apart as often as their beginnings. */
function shortened(text: string, most: number): string {
  const characters = Array.from(oneLine(text));
  if (characters.length <= most) return characters.join("");
  const half = (most - 1) / 2;
  return [
    ...characters.slice(0, Math.ceil(half)),
    "…",
    ...characters.slice(-Math.floor(half)),
  ].join("");
}

function card(node: GraphNode, { x, y }: Point): Markup {
  const { context, network, version, status } = node;
  const [left, top] = [round(x - CARD.width / 2), round(y - CARD.height / 2)];
  const below = [network, version].filter((text) => text !== "").join(" · ");
  return markup`<g><title>${`${context}: ${STATUS_WORD[status]}${below ? `, ${below}` : ""}`}</title><rect class="card ${status}" x="${left}" y="${top}" width="${CARD.width}" height="${CARD.height}" rx="7"/><text class="name" x="${left + 10}" y="${top + 24}">${{ source: SYMBOL[status] }} ${shortened(context, 14)}</text><text class="minor" x="${left + 10}" y="${top + 43}">${shortened(below, 25)}</text></g>`;
}

/** A head at the end of a line. */
function head(from: Point, to: Point, state: string): Markup {
  const angle = round((Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI);
  return markup`<path class="head ${state}" d="M0 0L-9 -4.5L-9 4.5Z" transform="translate(${round(to.x)} ${round(to.y)}) rotate(${angle})"/>`;
}

/** A mark on the line for what its colour says, where other lines do not cross it as often. */
function mark(from: Point, to: Point, state: string): Markup[] {
  const text = state === "broken" ? "✕" : state === "unknown" ? "?" : undefined;
  if (text === undefined) return [];
  const at = { x: from.x + (to.x - from.x) * 0.36, y: from.y + (to.y - from.y) * 0.36 };
  return [markup`<text class="mark ${state}" x="${round(at.x)}" y="${round(at.y)}">${text}</text>`];
}

/** The heads of a line; among many lines that work both ways they would be all that is seen. */
function heads(edge: GraphEdge, a: Point, b: Point, isMany: boolean): Markup[] {
  const { state, isBothWays } = edge;
  if (isBothWays && isMany && state === "connected") return [];
  return [...(isBothWays ? [head(b, a, state)] : []), head(a, b, state)];
}

function line(
  edge: GraphEdge,
  centres: readonly Point[],
  names: readonly string[],
  isMany: boolean,
): Markup {
  const { from, to, state, isBothWays } = edge;
  const origin: Point = { x: 0, y: 0 };
  const [start, end] = [centres[from] ?? origin, centres[to] ?? origin];
  const straight: [Point, Point] = [borderPoint(start, end), borderPoint(end, start)];
  const [a, b] = isBothWays ? straight : aside(straight, 5);
  const arrow = isBothWays ? "↔" : "→";
  return markup`<g><title>${`${names[from]} ${arrow} ${names[to]}: ${STATE_WORD[state]}`}</title><path class="edge ${state}" d="M${round(a.x)} ${round(a.y)}L${round(b.x)} ${round(b.y)}"/>${[...heads(edge, a, b, isMany), ...mark(a, b, state)]}</g>`;
}

function legend({ edges, leftOut }: Graph, width: number, top: number): Markup[] {
  const states = [...new Set(edges.map(({ state }) => state))];
  const samples = states.map((state, index) => {
    const x = 16 + index * 176;
    return markup`<g><path class="edge ${state}" d="M${x} ${top}h28"/>${mark({ x, y: top }, { x: x + 28, y: top }, state)}<text class="minor" x="${x + 34}" y="${top + 4}">${STATE_WORD[state]}</text></g>`;
  });
  const more = leftOut > 0 ? `${count(leftOut, "cluster")} without faults not drawn` : "";
  return [
    ...samples,
    ...(more === ""
      ? []
      : [
          markup`<text class="minor" x="${width - 16}" y="${top + 22}" text-anchor="end">${more}</text>`,
        ]),
  ];
}

/** The picture in words: what there is, and each link that does not work. */
function described({ nodes, edges, leftOut }: Graph): string {
  const names = nodes.map(({ context }) => context);
  const of = (state: string): GraphEdge[] => edges.filter((edge) => edge.state === state);
  const links = of("connected").reduce((sum, { isBothWays }) => sum + (isBothWays ? 2 : 1), 0);
  const others = edges
    .filter(({ state }) => state !== "connected")
    .map(
      ({ from, to, state, isBothWays }) =>
        `${names[from]} ${isBothWays ? "and" : "to"} ${names[to]}: ${STATE_WORD[state]}`,
    );
  return [
    `${count(nodes.length, "cluster")}, ${count(links, "link")} connected`,
    ...others.slice(0, 50),
    ...(others.length > 50 ? [`and ${others.length - 50} more`] : []),
    ...(leftOut > 0 ? [`${count(leftOut, "cluster")} without faults not drawn`] : []),
  ].join("; ");
}

/** The topology as an SVG element; nothing where there is one cluster only. */
export function topologyPicture(
  matrix: LinkMatrix,
  report: Report,
  style: readonly Markup[],
): Markup[] {
  if (matrix.clusters.length < 2) return [];
  const graph = graphOf(matrix, report);
  const { width: needed, height, centres } = layoutOf(graph.nodes.length);
  const width = Math.max(Math.ceil(needed), 620);
  const shift = (width - needed) / 2;
  const places = centres.map(({ x, y }) => ({ x: x + shift, y }));
  const total = Math.ceil(height) + LEGEND_HEIGHT;
  const names = graph.nodes.map(({ context }) => context);
  const isMany = graph.edges.length > FEW_EDGES;
  return [
    markup`<svg class="topology" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${total}" width="${width}" height="${total}" role="img" aria-labelledby="topology-title topology-text">
<title id="topology-title">Links between clusters</title>
<desc id="topology-text">${described(graph)}</desc>
${style.map((one) => markup`<style>${one}</style>`)}
<g class="${isMany ? "many" : "few"}">
${graph.edges.map((edge) => line(edge, places, names, isMany))}
</g>
${graph.nodes.map((node, index) => card(node, places[index] ?? { x: 0, y: 0 }))}
${legend(graph, width, Math.ceil(height) + 8)}
</svg>`,
  ];
}
