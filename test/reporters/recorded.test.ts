import { describe, expect, test } from "vitest";
import { VIEWS } from "../../src/checks/index.ts";
import type { ClusterReport } from "../../src/model/report.ts";
import { REPORTERS } from "../../src/reporters/index.ts";
import { report, reportOf, result } from "./reports.ts";

const cluster = (
  context: string,
  recordedAt?: string | null,
  recordedAfter?: string,
): ClusterReport => ({
  context,
  ...(recordedAt === undefined ? {} : { recordedAt }),
  ...(recordedAfter === undefined ? {} : { recordedAfter }),
  checks: [result("gateways")],
});

const AT = "2026-01-02T03:04:05.000Z";

async function printed(
  format: string,
  clusters: ClusterReport[],
  verbose = false,
): Promise<string> {
  const reporter = await REPORTERS[format]?.();
  if (!reporter) throw new Error(`no format is called ${format}`);
  const options = { color: false, width: Number.POSITIVE_INFINITY, verbose, views: VIEWS };
  return reporter(report({ clusters }), options);
}

/** How a format says when a recording was made, and that the recording does not say. */
const SAID: Readonly<
  Record<string, { known: string; unknown?: string; after: string; mark: RegExp }>
> = {
  text: {
    known: "=== Cluster: b ===\nrecorded 2026-01-02 03:04:05 UTC\n",
    unknown: "=== Cluster: c ===\nrecorded at a time that the recording does not say\n",
    after: "=== Cluster: d ===\nrecorded 2026-01-02 03:04:05 UTC or later\n",
    mark: /recorded/,
  },
  json: {
    known: `"recordedAt": "${AT}"`,
    unknown: '"recordedAt": null',
    after: `"recordedAfter": "${AT}"`,
    mark: /recordedAt/,
  },
  yaml: {
    known: `recordedAt: '${AT}'`,
    unknown: "null",
    after: `recordedAfter: '${AT}'`,
    mark: /recordedAt/,
  },
  junit: {
    known: `<properties><property name="recordedAt" value="${AT}"/></properties>`,
    unknown: '<property name="recordedAt" value="unknown"/>',
    after: `<property name="recordedAfter" value="${AT}"/></properties>`,
    mark: /recordedAt/,
  },
  sarif: { known: `"b": "${AT}"`, unknown: '"c": null', after: `"d": "${AT}"`, mark: /recordedAt/ },
  markdown: {
    known: "| b |  |  | 2026-01-02 03:04:05 UTC |",
    unknown: "| c |  |  | unknown time |",
    after: "| d |  |  | 2026-01-02 03:04:05 UTC or later |",
    mark: /Recorded/,
  },
  html: {
    known: `<time datetime="${AT}">2026-01-02 03:04:05 UTC</time>`,
    unknown: "<td>unknown time</td>",
    after: `<time datetime="${AT}">2026-01-02 03:04:05 UTC or later</time>`,
    mark: /Recorded/,
  },
  prometheus: {
    known: 'mc_recording_timestamp_seconds{context="b",cluster=""} 1767323045\n',
    after: 'mc_recording_timestamp_seconds{context="d",cluster=""} 1767323045\n',
    mark: /mc_recording_timestamp/,
  },
};

describe("when a recording was made", () => {
  test("every format has it", () => {
    // Annotations and widgets show faults alone, a picture links alone.
    const others = Object.keys(REPORTERS).filter(
      (format) => !["codequality", "github", "svg"].includes(format),
    );
    expect(Object.keys(SAID).toSorted()).toEqual(others.toSorted());
  });

  test.each(Object.entries(SAID))(
    "stands in %s",
    async (format, { known, unknown, after, mark }) => {
      const mixed = [cluster("a"), cluster("b", AT), cluster("c", null), cluster("d", null, AT)];
      const said = await printed(format, mixed);
      for (const line of [known, unknown ?? known, after]) expect(said).toContain(line);
      expect(await printed(format, [cluster("a")])).not.toMatch(mark);
    },
  );

  test("stands in the one line of each of many clusters, and in verbose text", async () => {
    const many = Array.from({ length: 7 }, (_, index) => cluster(`c${index}`, AT));
    expect(await printed("text", many)).toContain(
      "✅ c0: all 1 check passed, recorded 2026-01-02 03:04:05 UTC\n",
    );
    expect(await printed("text", many, true)).toContain(
      "=== Cluster: c0 ===\nrecorded 2026-01-02 03:04:05 UTC\n",
    );
  });

  test("is what snapshot.json says", async () => {
    const { clusters } = await reportOf("healthy");
    expect(clusters.map(({ recordedAt }) => recordedAt)).toEqual([
      "2026-01-15T12:00:00.000Z",
      "2026-01-15T12:00:00.000Z",
    ]);
  });
});
