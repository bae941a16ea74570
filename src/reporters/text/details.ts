import { oneLine } from "../../lib/sanitize.ts";
import type { EastWestPodsData, GatewaysData, PeersData, PodRow } from "../../model/data.ts";
import type { Result } from "../../model/report.ts";
import { SYMBOL } from "../words.ts";
import { columns, type Style } from "./style.ts";
import { displayWidth } from "./width.ts";

/** Checks whose passing findings are lines of their own when verbose, and how those begin. */
const LINES: Readonly<Record<string, "title" | "none">> = {
  "env-vars": "title",
  certs: "title",
  license: "none",
  "cni-dns-capture": "none",
  "pods-istiod": "none",
  "pods-ztunnel": "none",
  "pods-eastwest": "none",
  "pods-cni": "none",
  gateways: "none",
  peers: "none",
  "stale-workloads": "none",
};

/** Spaces between the columns of pods: as people know them, or fewer where those do not fit. */
const GAPS = [5, 2] as const;

function restarts({ restarts: times, restarted }: PodRow): string {
  return restarted === undefined ? String(times) : `${times} (${restarted} ago)`;
}

/** The pods as `kubectl get pods` lists them. */
export function podTable(rows: readonly PodRow[], { width }: Style): string[] {
  if (rows.length === 0) return [];
  const cells = [
    ["NAME", "READY", "STATUS", "RESTARTS", "AGE"],
    ...rows.map((row) => [row.name, row.ready, row.status, restarts(row), row.age].map(oneLine)),
  ];
  const [wide, narrow] = GAPS.map((gap) => columns(cells, gap)) as [string[], string[]];
  return wide.every((line) => displayWidth(line) <= width) ? wide : narrow;
}

function addressLines(addresses: readonly string[]): string[] {
  return addresses.length === 0
    ? ["Addresses: none"]
    : ["Addresses:", ...addresses.map((address) => `- ${oneLine(address)}`)];
}

function gatewayBlocks({ gateways }: GatewaysData): string[][] {
  return gateways.map(({ namespace, name, addresses, state, status }) => {
    const alone = gateways.filter((other) => other.name === name).length === 1;
    return [
      `Gateway: ${oneLine(alone ? name : `${namespace}/${name}`)}`,
      ...addressLines(addresses),
      `Status: ${oneLine(state)} ${SYMBOL[status]}`,
    ];
  });
}

function peerBlocks({ peers }: PeersData): string[][] {
  return peers.map(({ cluster, addresses, conditions, state, status }) => [
    `Cluster: ${oneLine(cluster)}`,
    ...addressLines(addresses),
    conditions.length === 0 ? "Conditions: none" : "Conditions:",
    ...conditions.map((condition) => `- ${oneLine(`${condition.type}: ${condition.status}`)}`),
    `Status: ${oneLine(state)} ${SYMBOL[status]}`,
  ]);
}

function podBlocks({ rows }: { rows: readonly PodRow[] }, style: Style): string[][] {
  return [podTable(rows, style)];
}

/** The blocks that `--verbose` shows above the summary line, for checks that have them. */
const BLOCKS: Readonly<Record<string, (data: never, style: Style) => string[][]>> = {
  "pods-istiod": podBlocks,
  "pods-ztunnel": podBlocks,
  "pods-cni": podBlocks,
  gateways: gatewayBlocks,
  peers: peerBlocks,
};

/** One east-west Gateway's part of the pods-eastwest result, as a result of its own. */
export interface GatewayPart {
  result: Result;
  rows: readonly PodRow[];
}

/** The result by Gateway; what is about none of them, or all when there are none, comes last. */
export function eastWestParts(result: Result): GatewayPart[] {
  const gateways = (result.data as EastWestPodsData | undefined)?.gateways ?? [];
  const parts = gateways.map(({ namespace, name, status, summary, rows, findings }) => ({
    result: {
      ...result,
      title: `Pod Check (eastwest gateway ${namespace}/${name})`,
      status,
      summary,
      findings: findings.flatMap((index) => result.findings[index] ?? []),
    },
    rows,
  }));
  const told = new Set(gateways.flatMap(({ findings }) => findings));
  const rest = result.findings.filter((_finding, index) => !told.has(index));
  if (parts.length > 0 && rest.length === 0) return parts;
  return [...parts, { result: { ...result, findings: rest }, rows: [] }];
}

/** Tables and blocks that `--verbose` shows, apart from the summary line by an empty line. */
export function blockDetails({ id, data }: Result, style: Style): string[][] {
  const blocks = data === undefined ? [] : (BLOCKS[id]?.(data as never, style) ?? []);
  return blocks.filter((block) => block.length > 0);
}

/** Single lines that `--verbose` shows right above the summary line. */
export function lineDetails(result: Result, style: Style): string[] {
  return [...noteLines(result, style), ...passLines(result, style)];
}

function passLines(result: Result, style: Style): string[] {
  const how = LINES[result.id];
  if (how === "none") return [];
  const lead = how === "title" ? `${result.title}: ` : "";
  return result.findings
    .filter(({ severity, message }) => severity === "pass" && message !== result.summary)
    .flatMap(({ message }) => style.wrap(`${SYMBOL.pass} ${style.line(lead + message)}`, 3));
}

/** Lines that inform and never judge, such as the fingerprints of roots: `data.notes`. */
function noteLines({ title, data }: Result, style: Style): string[] {
  const notes = (data as { notes?: unknown } | undefined)?.notes;
  if (!Array.isArray(notes)) return [];
  return notes.flatMap((note) =>
    style.wrap(`${SYMBOL.info} ${style.line(`${title}: ${String(note)}`)}`, 3),
  );
}
