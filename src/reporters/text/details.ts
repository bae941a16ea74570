import { oneLine } from "../../lib/sanitize.ts";
import type {
  EastWestPodsData,
  GatewaysData,
  PeersData,
  PodRow,
  PodsData,
} from "../../model/data.ts";
import type { Result } from "../../model/report.ts";
import { columns, SYMBOL, type Style } from "./style.ts";

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

const GAP = 5;

/** The pods as `kubectl get pods` lists them. */
export function podTable(rows: readonly PodRow[]): string[] {
  if (rows.length === 0) return [];
  const cells = rows.map((row) =>
    [row.name, row.ready, row.status, String(row.restarts), row.age].map(oneLine),
  );
  return columns([["NAME", "READY", "STATUS", "RESTARTS", "AGE"], ...cells], GAP);
}

function gatewayBlocks({ gateways }: GatewaysData): string[][] {
  return gateways.map((gateway) => [
    `Gateway: ${oneLine(gateway.name)}`,
    "Addresses:",
    ...gateway.addresses.map((address) => `- ${oneLine(address)}`),
    `Status: ${oneLine(gateway.state)} ${SYMBOL[gateway.status]}`,
  ]);
}

function peerBlocks({ peers }: PeersData): string[][] {
  return peers.map((peer) => [
    `Cluster: ${oneLine(peer.cluster)}`,
    "Addresses:",
    ...peer.addresses.map((address) => `- ${oneLine(address)}`),
    "Conditions:",
    ...peer.conditions.map(({ type, status }) => `- ${oneLine(type)}: ${oneLine(status)}`),
    `Status: ${oneLine(peer.state)} ${SYMBOL[peer.status]}`,
  ]);
}

/** The blocks that `--verbose` shows above the summary line, for checks that have them. */
const BLOCKS: Readonly<Record<string, (data: never) => string[][]>> = {
  "pods-istiod": ({ rows }: PodsData) => [podTable(rows)],
  "pods-ztunnel": ({ rows }: PodsData) => [podTable(rows)],
  "pods-cni": ({ rows }: PodsData) => [podTable(rows)],
  gateways: gatewayBlocks,
  peers: peerBlocks,
};

/** One east-west Gateway's part of the pods-eastwest result, as a result of its own. */
export function eastWestParts(result: Result): { result: Result; rows: readonly PodRow[] }[] {
  const data = result.data as EastWestPodsData | undefined;
  if (!data || data.gateways.length === 0) return [{ result, rows: [] }];
  return data.gateways.map(({ namespace, name, status, summary, rows, findings }) => ({
    result: {
      ...result,
      title: `Pod Check (eastwest gateway ${namespace}/${name})`,
      status,
      summary,
      findings: findings.flatMap((index) => result.findings[index] ?? []),
    },
    rows,
  }));
}

/** Tables and blocks that `--verbose` shows, apart from the summary line by an empty line. */
export function blockDetails({ id, data }: Result): string[][] {
  const blocks = data === undefined ? [] : (BLOCKS[id]?.(data as never) ?? []);
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
    .flatMap(({ message }) => style.wrap(`${SYMBOL.pass} ${lead}${style.line(message)}`, 3));
}

/** Lines that inform and never judge, such as the fingerprints of roots: `data.notes`. */
function noteLines(result: Result, style: Style): string[] {
  const notes = (result.data as { notes?: unknown } | undefined)?.notes;
  if (!Array.isArray(notes)) return [];
  return notes.map((note) => `${SYMBOL.info} ${style.line(`${result.title}: ${String(note)}`)}`);
}
