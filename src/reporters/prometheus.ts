import { CONNECTION } from "../lib/connection.ts";
import { hasPassed } from "../lib/fail-on.ts";
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
/** Each is a series, also when it is not the status: one that is gone would be taken for the last. */
const STATUSES: readonly Status[] = ["pass", "info", "warn", "fail", "error", "skip"];

/**
 * The CLUSTER_IDs of contexts. What is of no cluster is of the only one of the run: from inside, each
 * cluster is called the same, and so would be the series of all of them.
 */
function clusterIds({ clusters }: Report): (context?: string) => string {
  const names = new Map(clusters.map(({ context, name = "" }) => [context, name]));
  const only = clusters.length === 1 ? (clusters[0]?.name ?? "") : "";
  return (context) => (context === undefined ? only : (names.get(context) ?? only));
}

type IdOf = ReturnType<typeof clusterIds>;

function statuses(located: readonly Located[], idOf: IdOf): Gauge {
  const gauge = new Gauge("mc_check_status", "Result of a check: 1 for the status that it has.");
  for (const { context, result } of located) {
    const cluster = idOf(context);
    for (const status of STATUSES) {
      const labels = { context: context ?? MESH, cluster, check: result.id, status };
      gauge.set(labels, result.status === status ? 1 : 0);
    }
  }
  return gauge;
}

function findingCounts(located: readonly Located[], idOf: IdOf): Gauge {
  const gauge = new Gauge("mc_check_findings", "Findings of a check by severity.");
  for (const { context, result } of located) {
    const place = { context: context ?? MESH, cluster: idOf(context) };
    for (const severity of COUNTED) {
      const found = result.findings.filter((finding) => finding.severity === severity).length;
      gauge.set({ ...place, check: result.id, severity }, found);
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
function measured(located: readonly Located[], views: Views, idOf: IdOf): Gauge[] {
  const gauges = new Map<string, Gauge>();
  for (const { result } of located) {
    for (const { name, help, labels, value } of viewOf(views, result)?.metrics?.(result) ?? []) {
      const gauge = gauges.get(name) ?? new Gauge(name, help);
      gauges.set(name, gauge);
      gauge.set({ ...labels, cluster: idOf(labels["context"] ?? labels["from"]) }, value);
    }
  }
  return [...gauges.values()];
}

const LAST_SUCCESS = "mc_check_last_success_timestamp_seconds";

/** When a run passed last: this one, or else the one that the report before it knew of. */
function lastSuccess(report: Report, previous: string, cluster: string): Gauge {
  const gauge = new Gauge(LAST_SUCCESS, "When a run of the checks passed last, Unix time.");
  const before = new RegExp(
    String.raw`^${LAST_SUCCESS}(?:\{[^\n]*\})? (\d{1,12}(?:\.\d{1,3})?)$`,
    "m",
  );
  const known = before.exec(previous)?.[1];
  if (hasPassed(report)) gauge.set({ cluster }, Date.parse(report.startedAt) / 1000);
  else if (known !== undefined) gauge.set({ cluster }, Number(known));
  return gauge;
}

/** What there is to say of the run as a whole. */
function runGauges(report: Report, cluster: string): Gauge[] {
  const { startedAt, durationMs, failOn = "fail", tool } = report;
  const gauge = (name: string, help: string, labels: Labels, value: number): Gauge => {
    const made = new Gauge(name, help);
    made.set({ ...labels, cluster }, value);
    return made;
  };
  return [
    gauge("mc_build_info", "The version of mc.", { version: tool.version }, 1),
    gauge(
      "mc_check_run_timestamp_seconds",
      "When the checks were run, Unix time.",
      {},
      Date.parse(startedAt) / 1000,
    ),
    gauge("mc_check_run_duration_seconds", "How long the run took.", {}, durationMs / 1000),
    gauge(
      "mc_check_passed",
      "Whether the run passed, as --fail-on has it.",
      { fail_on: failOn },
      hasPassed(report) ? 1 : 0,
    ),
  ];
}

function probed({ probe }: Report, idOf: IdOf): Gauge[] {
  const connected = new Gauge(
    "mc_probe_connected",
    "Whether the address answered in TLS to the machine on which mc ran.",
  );
  const seconds = new Gauge("mc_probe_handshake_seconds", "How long its TLS handshake took.");
  for (const { to, purpose, address, port, verdict, handshakeMs } of probe?.attempts ?? []) {
    if (verdict === "not-tried") continue;
    const labels = { to, purpose, address, port: String(port), cluster: idOf(to) };
    connected.set(labels, verdict === "connected" ? 1 : 0);
    if (handshakeMs !== undefined) seconds.set(labels, handshakeMs / 1000);
  }
  return [connected, seconds];
}

/** Metrics in the text format, for the textfile collector of node_exporter. */
export const prometheus: Reporter = (report, { views, previous = "" }) => {
  const located = locatedResults(report);
  const idOf = clusterIds(report);
  const gauges = [
    ...runGauges(report, idOf()),
    lastSuccess(report, previous, idOf()),
    recordedAtTimes(report),
    up(report),
    statuses(located, idOf),
    findingCounts(located, idOf),
    ...measured(located, views, idOf),
    ...probed(report, idOf),
  ];
  return `${gauges.flatMap((gauge) => gauge.lines()).join("\n")}\n`;
};
