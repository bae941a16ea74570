import { isFault } from "../model/finding.ts";
import type { ClusterReport, Outcome, Report, Result } from "../model/report.ts";
import { anchorsOf, MESH_ANCHOR, resultAnchor } from "./html/anchors.ts";
import { causesSection } from "./html/causes.ts";
import { resultItem, statusLabel, symbol } from "./html/findings.ts";
import { linksSection } from "./html/links.ts";
import { page } from "./html/page.ts";
import { STYLE } from "./html/style.ts";
import { probeSection } from "./html/probe.ts";
import { PICTURE } from "./topology/style.ts";
import { linkMatrices } from "./link-matrix.ts";
import { type Markup, markup } from "./markup.ts";
import type { Reporter } from "./reporter.ts";
import { overallStatus } from "./results.ts";
import {
  baselineWords,
  count,
  nameOf,
  recordedTime,
  thresholdWords,
  timeWords,
  VERDICT,
} from "./words.ts";

/** As the title of a page begins. */
function titleOf(outcome: Outcome): string {
  const [first = "", ...rest] = VERDICT[outcome];
  return first.toUpperCase() + rest.join("");
}

/** Nothing is loaded and nothing runs, whatever a label says. */
function header(report: Report): Markup {
  const { outcome, clusters, summary, startedAt, tool, precheck } = report;
  const more = [baselineWords(report), thresholdWords(report)].filter(Boolean);
  const { pass, info, warn, fail, error, skip } = summary;
  const counts = [
    `${pass + info} passed`,
    ...(warn > 0 ? [`${warn} with warnings`] : []),
    ...(fail > 0 ? [`${fail} failed`] : []),
    ...(error > 0 ? [`${error} not completed`] : []),
    ...(skip > 0 ? [`${skip} skipped`] : []),
  ];
  return markup`<header class="${outcome}">
<h1>${symbol(outcome)} ${titleOf(outcome)}</h1>
<p>${count(clusters.length, "cluster")}; checks: ${counts.join(", ")}${more.map((words) => `; ${words}`).join("")}</p>
<p class="minor">mc ${precheck ? "check --precheck" : "check"} ${tool.version}, <time datetime="${startedAt}">${timeWords(startedAt)}</time></p>
</header>`;
}

function recordedCell(cluster: ClusterReport): Markup {
  const { recordedAt, recordedAfter } = cluster;
  if (recordedAt === undefined) return markup`<td>live</td>`;
  const time = recordedAt ?? recordedAfter;
  if (time === undefined) return markup`<td>unknown time</td>`;
  return markup`<td><time datetime="${time}">${recordedTime(cluster) ?? ""}</time></td>`;
}

function clustersTable({ clusters }: Report): Markup {
  const anchors = anchorsOf(clusters);
  const hasRecordings = clusters.some(({ recordedAt }) => recordedAt !== undefined);
  const heading = hasRecordings ? markup`<th scope="col">Recorded</th>` : markup``;
  const rows = clusters.map((cluster, index) => {
    const { context, name = "", network = "", istioVersion = "", checks } = cluster;
    return markup`<tr><th scope="row"><a href="#${anchors[index] ?? ""}">${context}</a></th><td>${name}</td><td>${network}</td><td>${istioVersion}</td>${hasRecordings ? recordedCell(cluster) : markup``}<td>${statusLabel(overallStatus(checks))}</td></tr>`;
  });
  return markup`<section aria-labelledby="clusters"><h2 id="clusters">Clusters</h2>
<div class="scroll" role="region" aria-label="Table of clusters" tabindex="0"><table class="clusters">
<thead><tr><th scope="col">Context</th><th scope="col">Cluster ID</th><th scope="col">Network</th><th scope="col">Istio</th>${heading}<th scope="col">Result</th></tr></thead>
<tbody>
${rows}
</tbody></table></div></section>`;
}

/** Results that can be folded away; open where there is something to see. */
function fold(id: string, title: string, results: readonly Result[], verbose: boolean): Markup {
  const status = overallStatus(results);
  const open = markup`<details id="${id}" open>`;
  const closed = markup`<details id="${id}">`;
  return markup`${isFault(status) ? open : closed}<summary><h3>${title}</h3> ${statusLabel(status)}</summary>
<ul class="results">
${results.map((result) => resultItem(result, resultAnchor(id, result.id), verbose))}
</ul></details>`;
}

/** The report as one page that needs nothing else and runs nothing. */
export const html: Reporter = (report, { verbose, views }) => {
  const { clusters, mesh, outcome } = report;
  const anchors = anchorsOf(clusters);
  const matrices = linkMatrices(report, views);
  const folds = clusters.map((cluster, index) =>
    fold(anchors[index] ?? "", nameOf(cluster), cluster.checks, verbose),
  );
  const across = mesh.length > 0 ? [fold(MESH_ANCHOR, "Across clusters", mesh, verbose)] : [];
  return page(
    `mc check: ${titleOf(outcome)}`,
    matrices.length > 0 ? [STYLE, PICTURE] : [STYLE],
    markup`${header(report)}
<main>
${causesSection(report, views)}
${clustersTable(report)}
${matrices.map((matrix) => linksSection(matrix, report))}
${probeSection(report)}
<section aria-labelledby="checks"><h2 id="checks">Checks</h2>
${folds}
${across}
</section>
</main>
`,
  );
};
