import type { Report } from "../../model/report.ts";
import type { Views } from "../../model/view.ts";
import { causesOf, nameOfCheck, type RootCause } from "../causes.ts";
import { type Markup, markup } from "../markup.ts";
import { count } from "../words.ts";
import { anchorsOf, MESH_ANCHOR, resultAnchor } from "./anchors.ts";
import { statusLabel } from "./findings.ts";

/** What to mend, with links to where it says how; nothing when there is no fault. */
export function causesSection(report: Report, views: Views): Markup[] {
  const { causes, followers } = causesOf(report, views);
  if (causes.length === 0) return [];
  const { clusters } = report;
  const anchors = anchorsOf(clusters);
  const partOf = ({ context }: RootCause): string =>
    anchors[clusters.findIndex((cluster) => cluster.context === context)] ?? MESH_ANCHOR;
  const items = causes.map((cause) => {
    const { finding, id } = cause;
    const link = markup`<a href="#${resultAnchor(partOf(cause), id)}">${nameOfCheck(cause)}</a>`;
    return markup`<li>${statusLabel(finding.severity)} ${link}: ${finding.message}</li>`;
  });
  const others = `${count(followers, "other fault")} ${followers === 1 ? "follows" : "follow"}`;
  return [
    markup`<section aria-labelledby="faults"><h2 id="faults">What to mend${causes.length > 1 ? ", most fundamental first" : ""}</h2>
<ol>
${items}
</ol>${followers > 0 ? [markup`<p class="minor">${others} from these.</p>`] : []}</section>`,
  ];
}
