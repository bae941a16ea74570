import type { Report } from "../../model/report.ts";
import type { Cell, LinkMatrix } from "../../model/view.ts";
import { CELL_SYMBOL } from "../link-matrix.ts";
import { type Markup, markup } from "../markup.ts";
import { topologyPicture } from "../topology/picture.ts";

const WORD: Readonly<Record<Cell, string>> = {
  self: "the cluster itself",
  connected: "connected",
  "one-way": "connected one way",
  broken: "broken",
  none: "no link",
  unknown: "not known",
};

/** More clusters than this, and the picture is scrolled rather than made small. */
const MOST_NARROW = 6;

/** Who is linked to whom, as a picture and as a table. */
export function linksSection({ clusters, rows }: LinkMatrix, report: Report): Markup {
  const pictures = topologyPicture({ clusters, rows }, report, []).map(
    (picture) =>
      markup`<div class="${clusters.length > MOST_NARROW ? "scroll picture wide" : "scroll picture"}" role="region" aria-label="Picture of links" tabindex="0">${picture}</div>`,
  );
  const heads = clusters.map((to) => markup`<th scope="col">${to}</th>`);
  const lines = rows.map((row, index) => {
    const cells = row.map(
      (cell) =>
        markup`<td class="cell ${cell}"><span aria-hidden="true">${{ source: CELL_SYMBOL[cell] }}</span><span class="word">${WORD[cell]}</span></td>`,
    );
    return markup`<tr><th scope="row">${clusters[index] ?? ""}</th>${cells}</tr>`;
  });
  return markup`<section aria-labelledby="links"><h2 id="links">Links</h2>
${pictures}
<div class="scroll" role="region" aria-label="Table of links" tabindex="0"><table>
<thead><tr><th scope="col">from \\ to</th>${heads}</tr></thead>
<tbody>
${lines}
</tbody></table></div></section>`;
}
