import { CONNECTION } from "../lib/connection.ts";
import { oneLine } from "../lib/sanitize.ts";
import type { Report, Status } from "../model/report.ts";
import type { Views } from "../model/view.ts";
import { type Located, locatedResults } from "./results.ts";
import type { Reporter } from "./reporter.ts";
import { viewOf } from "./views.ts";

type Labels = Readonly<Record<string, string>>;

/** One metric as the textfile collector reads it; a series that is there already keeps the lower value. */
class Gauge {
  readonly #name: string;
  readonly #help: string;
  readonly #series = new Map<string, number>();

  constructor(name: string, help: string) {
    this.#name = name;
    this.#help = help;
  }

  /** Label values that come out the same are one series: two of them would spoil the whole file. */
  set(labels: Labels, value: number): void {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
    const key = pairs.length > 0 ? `{${pairs.join(",")}}` : "";
    this.#series.set(key, Math.min(value, this.#series.get(key) ?? value));
  }

  lines(): string[] {
    if (this.#series.size === 0) return [];
    return [
      `# HELP ${this.#name} ${this.#help}`,
      `# TYPE ${this.#name} gauge`,
      ...[...this.#series].map(([key, value]) => `${this.#name}${key} ${value}`),
    ];
  }
}

function escapeLabel(text: string): string {
  return oneLine(text)
    .replaceAll("\\", String.raw`\\`)
    .replaceAll('"', String.raw`\"`);
}

/** The context of results across clusters. */
const MESH = "mesh";
/** Severities whose count is there also when it is zero, so that an alert sees it end. */
const COUNTED: readonly Status[] = ["fail", "error", "warn"];

function statuses(report: Report): Gauge {
  const gauge = new Gauge("mc_check_status", "Result of a check: 1 for the status that it has.");
  const names = new Map(report.clusters.map(({ context, name }) => [context, name]));
  for (const { context = MESH, result } of locatedResults(report)) {
    const cluster = names.get(context) ?? "";
    gauge.set({ context, cluster, check: result.id, status: result.status }, 1);
  }
  return gauge;
}

function findingCounts(located: readonly Located[]): Gauge {
  const gauge = new Gauge("mc_check_findings", "Findings of a check by severity.");
  for (const { context = MESH, result } of located) {
    for (const severity of COUNTED) {
      const found = result.findings.filter((finding) => finding.severity === severity).length;
      gauge.set({ context, check: result.id, severity }, found);
    }
  }
  return gauge;
}

function up({ clusters }: Report): Gauge {
  const gauge = new Gauge("mc_cluster_up", "Whether the API server of the cluster was reached.");
  for (const { context, name = "", checks } of clusters) {
    const connection = checks.find(({ id }) => id === CONNECTION);
    gauge.set({ context, cluster: name }, connection?.status === "error" ? 0 : 1);
  }
  return gauge;
}

function recordedAtTimes({ clusters }: Report): Gauge {
  const gauge = new Gauge(
    "mc_recording_timestamp_seconds",
    "When the recording that was checked was made, or the newest time in it, Unix time.",
  );
  for (const { context, name = "", recordedAt, recordedAfter } of clusters) {
    const time = recordedAt ?? recordedAfter;
    if (time) gauge.set({ context, cluster: name }, Date.parse(time) / 1000);
  }
  return gauge;
}

/** What single checks measure, in the order of the checks. */
function measured(located: readonly Located[], views: Views): Gauge[] {
  const gauges = new Map<string, Gauge>();
  for (const { result } of located) {
    for (const { name, help, labels, value } of viewOf(views, result)?.metrics?.(result) ?? []) {
      const gauge = gauges.get(name) ?? new Gauge(name, help);
      gauges.set(name, gauge);
      gauge.set(labels, value);
    }
  }
  return [...gauges.values()];
}

function runAt({ startedAt }: Report): Gauge {
  const gauge = new Gauge("mc_check_run_timestamp_seconds", "When the checks were run, Unix time.");
  gauge.set({}, Date.parse(startedAt) / 1000);
  return gauge;
}

function probed({ probe }: Report): Gauge[] {
  const connected = new Gauge(
    "mc_probe_connected",
    "Whether the address answered in TLS to the machine on which mc ran.",
  );
  const seconds = new Gauge("mc_probe_handshake_seconds", "How long its TLS handshake took.");
  for (const { to, purpose, address, port, verdict, handshakeMs } of probe?.attempts ?? []) {
    if (verdict === "not-tried") continue;
    const labels = { to, purpose, address, port: String(port) };
    connected.set(labels, verdict === "connected" ? 1 : 0);
    if (handshakeMs !== undefined) seconds.set(labels, handshakeMs / 1000);
  }
  return [connected, seconds];
}

/** Metrics in the text format, for the textfile collector of node_exporter. */
export const prometheus: Reporter = (report, { views }) => {
  const located = locatedResults(report);
  const gauges = [
    runAt(report),
    recordedAtTimes(report),
    up(report),
    statuses(report),
    findingCounts(located),
    ...measured(located, views),
    ...probed(report),
  ];
  return `${gauges.flatMap((gauge) => gauge.lines()).join("\n")}\n`;
};
