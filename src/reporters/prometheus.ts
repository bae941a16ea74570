import { oneLine } from "../lib/sanitize.ts";
import type { LinksData } from "../model/links.ts";
import type { Report, Status } from "../model/report.ts";
import type { CertsData } from "../model/trust.ts";
import { type Located, locatedResults } from "./results.ts";
import type { Reporter } from "./reporter.ts";

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
    const connection = checks.find(({ id }) => id === "connection");
    gauge.set({ context, cluster: name }, connection?.status === "error" ? 0 : 1);
  }
  return gauge;
}

function expiries({ mesh }: Report): Gauge {
  const gauge = new Gauge(
    "mc_certificate_expiry_timestamp_seconds",
    "When a certificate of the mesh expires, Unix time.",
  );
  const data = mesh.find(({ id }) => id === "certs")?.data as CertsData | undefined;
  for (const { context, roots, chain } of data?.clusters ?? []) {
    for (const [role, certificates] of [
      ["root", roots],
      ["intermediate", chain],
    ] as const) {
      for (const { subject, sha256, notAfter } of certificates) {
        gauge.set({ context, subject, role, sha256 }, Date.parse(notAfter) / 1000);
      }
    }
  }
  return gauge;
}

function links({ mesh }: Report): Gauge {
  const gauge = new Gauge(
    "mc_link_connected",
    "Whether the remote Gateways of one cluster for another are connected.",
  );
  const data = mesh.find(({ id }) => id === "links")?.data as LinksData | undefined;
  for (const { from, to, state } of data?.edges ?? []) {
    gauge.set({ from, to }, state === "connected" ? 1 : 0);
  }
  return gauge;
}

function runAt({ startedAt }: Report): Gauge {
  const gauge = new Gauge("mc_check_run_timestamp_seconds", "When the checks were run, Unix time.");
  gauge.set({}, Date.parse(startedAt) / 1000);
  return gauge;
}

/** Metrics in the text format, for the textfile collector of node_exporter. */
export const prometheus: Reporter = (report) => {
  const gauges = [
    runAt(report),
    up(report),
    statuses(report),
    findingCounts(locatedResults(report)),
    expiries(report),
    links(report),
  ];
  return `${gauges.flatMap((gauge) => gauge.lines()).join("\n")}\n`;
};
