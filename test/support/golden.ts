import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { CHECKS, DESCRIPTIONS, VIEWS } from "../../src/checks/index.ts";
import { checkPage, explainCheck, listChecks } from "../../src/reporters/explain.ts";
import { TRACE } from "../../src/cli/explain/trace.ts";
import { check } from "../../src/engine/check.ts";
import type { ClusterReader } from "../../src/model/reader.ts";
import type { Report, Result } from "../../src/model/report.ts";
import { REPORTERS } from "../../src/reporters/index.ts";
import { runMc } from "./cli.ts";
import { fieldFaultsText } from "./field-faults.ts";
import { recordedClusters, ALL_SCENARIOS } from "./scenario.ts";

/*
 * What people and machines read of each scenario, as files in test/golden. `npm run golden` writes
 * them anew and says what changed.
 */

export const GOLDEN_DIRECTORY = resolve(import.meta.dirname, "../golden");
/** Pages of the checks, which reports link to: seen from the goldens. */
const PAGES = "../../docs/checks";

/** One file of test/golden: its path in there, and what it should say. */
export interface Golden {
  path: string;
  text: () => Promise<string>;
}

/**
 * One scenario of each kind, written in every format: all is fine; every check finds something; one
 * cause with what follows from it; a flat network.
 */
const IN_EVERY_FORMAT: ReadonlySet<string> = new Set([
  "healthy",
  "broken",
  "roots-differ",
  "stale-entries",
]);

const EXTENSIONS: Readonly<Record<string, string>> = {
  junit: "junit.xml",
  sarif: "sarif",
  markdown: "markdown",
  html: "html",
  svg: "svg",
  github: "github",
  codequality: "codequality",
  prometheus: "prom",
};

/** What `mc check` finds, with and without --precheck. */
export interface Reports {
  full: Report;
  precheck: Report;
}

/** The reports of the same clusters, read twice. */
export async function reportsOf(readers: readonly ClusterReader[]): Promise<Reports> {
  const request = { concurrency: 16 };
  const full = await check(readers, { ...request, precheck: false });
  return { full, precheck: await check(readers, { ...request, precheck: true }) };
}

/** The reports of live clusters with the only thing that recordings of them say besides. */
export function asRecorded(
  { full, precheck }: Reports,
  readers: readonly ClusterReader[],
): Reports {
  const times = readers.map((reader) => new Date(reader.now()).toISOString());
  const recorded = (report: Report): Report => ({
    ...report,
    clusters: report.clusters.map(({ checks, ...rest }, index) => ({
      ...rest,
      ...(times[index] === undefined ? {} : { recordedAt: times[index] }),
      checks,
    })),
  });
  return { full: recorded(full), precheck: recorded(precheck) };
}

/** The report without what differs from run to run and from release to release. */
function settled(report: Report): Report {
  const still = (result: Result): Result => ({ ...result, durationMs: 0 });
  return {
    ...report,
    tool: { ...report.tool, version: "0.0.0" },
    startedAt: "2026-01-15T12:00:00.000Z",
    durationMs: 0,
    clusters: report.clusters.map((cluster) => ({
      ...cluster,
      checks: cluster.checks.map(still),
    })),
    mesh: report.mesh.map(still),
  };
}

/** The report in an output format, as a pipe gets it. */
async function written(format: string, report: Report, verbose = false): Promise<string> {
  const reporter = await REPORTERS[format]?.();
  if (!reporter) throw new Error(`no format is called ${format}`);
  const width = Number.POSITIVE_INFINITY;
  return reporter(settled(report), {
    color: false,
    width,
    verbose,
    views: VIEWS,
    descriptions: DESCRIPTIONS,
  });
}

const TIMES: ReadonlySet<string> = new Set(["startedAt", "durationMs"]);

/** `-o json` without times and durations, its keys in the order in which they are printed. */
async function jsonGolden(report: Report): Promise<string> {
  const tree: unknown = JSON.parse(await written("json", report), (key, value: unknown) =>
    TIMES.has(key) ? undefined : value,
  );
  return `${JSON.stringify(tree, null, 2)}\n`;
}

/** The goldens that must be alike however the clusters are read: text and JSON. */
export function commonGoldens(scenario: string, reports: () => Promise<Reports>): Golden[] {
  return [
    {
      path: `${scenario}.txt`,
      text: async () => written("text", (await reports()).full),
    },
    {
      path: `${scenario}.json`,
      text: async () => jsonGolden((await reports()).full),
    },
    {
      path: `${scenario}.precheck.json`,
      text: async () => jsonGolden((await reports()).precheck),
    },
  ];
}

/** What the saved recordings of a scenario should come to. */
export function scenarioGoldens(scenario: string): Golden[] {
  let reading: Promise<Reports> | undefined;
  const reports = (): Promise<Reports> => {
    reading ??= recordedClusters(scenario).then(reportsOf);
    return reading;
  };
  const common = commonGoldens(scenario, reports);
  if (!IN_EVERY_FORMAT.has(scenario)) return common;
  return [
    ...common,
    {
      path: `${scenario}.verbose.txt`,
      text: async () => written("text", (await reports()).full, true),
    },
    ...Object.entries(EXTENSIONS).map(([format, extension]) => ({
      path: `${scenario}.${extension}`,
      text: async () => written(format, (await reports()).full),
    })),
  ];
}

/** What `mc explain` prints, of all checks and of each. */
export function explainGoldens(): Golden[] {
  return [
    { path: "explain/all.txt", text: () => Promise.resolve(listChecks(CHECKS)) },
    ...CHECKS.map((one) => ({
      path: `explain/${one.id}.txt`,
      text: () => Promise.resolve(explainCheck(one)),
    })),
    { path: "explain/trace.txt", text: () => Promise.resolve(TRACE) },
  ];
}

/** What commands on services print of recordings, by the file; none depends on the machine. */
const SERVICE_COMMANDS: readonly (readonly [string, string])[] = [
  ["services/global-services.txt", "services --directory fixtures/global-services"],
  ["services/global-services.all.txt", "services --all --directory fixtures/global-services"],
  ["services/global-services.yaml", "services -o yaml --directory fixtures/global-services"],
  ["services/broken.txt", "services --directory fixtures/broken"],
  ["services/broken.md", "services -o markdown --directory fixtures/broken"],
  ["services/broken.html", "services -o html --directory fixtures/broken"],
  ["trace/global-services.txt", "trace reviews.bookinfo --directory fixtures/global-services"],
  [
    "trace/global-services.yaml",
    "trace ratings.bookinfo -o yaml --directory fixtures/global-services",
  ],
  ["trace/broken.txt", "trace reviews.bookinfo --directory fixtures/broken"],
  ["trace/segments.txt", "trace details.bookinfo --directory fixtures/segments"],
  ["trace/flat-network.txt", "trace reviews.bookinfo --directory fixtures/flat-network"],
];

/** What `mc services` and `mc trace` print. */
export function serviceGoldens(): Golden[] {
  return [
    ...SERVICE_COMMANDS.map(([path, line]) => ({
      path,
      text: async () => (await runMc(line.split(" "))).stdout,
    })),
    { path: "services/global-services-broken.txt", text: fieldFaultsText },
  ];
}

/** The pages of the checks. */
export function pageGoldens(): Golden[] {
  return CHECKS.map((one) => ({
    path: `${PAGES}/${one.id}.md`,
    text: () => Promise.resolve(checkPage(one)),
  }));
}

export function allGoldens(): Golden[] {
  return [
    ...ALL_SCENARIOS.flatMap(scenarioGoldens),
    ...explainGoldens(),
    ...pageGoldens(),
    ...serviceGoldens(),
  ];
}

/** The paths that are there, wanted or not. */
export function goldenFiles(): string[] {
  return [GOLDEN_DIRECTORY, join(GOLDEN_DIRECTORY, PAGES)]
    .flatMap((directory) => readdirSync(directory, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(GOLDEN_DIRECTORY, join(entry.parentPath, entry.name)))
    .toSorted();
}

/** The saved text; empty where there is none. */
export function savedGolden(path: string): string {
  try {
    return readFileSync(join(GOLDEN_DIRECTORY, path), "utf8");
  } catch {
    return "";
  }
}
