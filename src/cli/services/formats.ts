import { oneLine } from "../../lib/sanitize.ts";
import type { ServicesOverview } from "../../mesh/hops/overview.ts";
import { jsonText } from "../../reporters/json.ts";
import { escapeMarkdown, fenced } from "../../reporters/markdown/escape.ts";
import { commandMarkup, markup } from "../../reporters/markup.ts";
import { page } from "../../reporters/html/page.ts";
import { STYLE } from "../../reporters/html/style.ts";
import { columns } from "../../reporters/text/table.ts";
import { yamlText } from "../../reporters/yaml.ts";
import { indented } from "../shared/say.ts";
import type { UnreadCluster } from "../shared/service-mesh.ts";
import { cellsOf, LEGEND, type Line, nameOf } from "./table.ts";
import { servicesTree } from "./tree.ts";

/** What `mc services` found, as its formats show it. */
export interface ServicesReport extends ServicesOverview {
  /** Contexts in the order of the columns. */
  clusters: string[];
  unread: UnreadCluster[];
  lines: Line[];
}

type Format = (report: ServicesReport) => string;

const NOTHING = "no globally shared services found";

function unreadText({ context, cause }: UnreadCluster): string {
  return `${context} not read: ${cause.detail}`;
}

const text: Format = ({ clusters, lines, findings, unread }) => {
  const rows = lines.map((line) => [nameOf(line), ...cellsOf(line)].map(oneLine));
  const table = lines.length === 0 ? [NOTHING] : columns([["HOST", ...clusters], ...rows], 2);
  const faults = findings.flatMap(({ message, remediation }) => [
    `❌ ${oneLine(message)}`,
    ...(remediation ? [`   → ${oneLine(remediation.summary)}`] : []),
    ...indented(remediation?.commands.slice(0, 2) ?? []),
  ]);
  const notRead = unread.map((one) => `❌ ${oneLine(unreadText(one))}`);
  const legend = lines.length === 0 ? [] : ["", LEGEND];
  return `${[...table, ...legend, ...faults, ...notRead].join("\n")}\n`;
};

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

const markdown: Format = ({ clusters, lines, findings, unread }) => {
  const names = clusters.map(escapeMarkdown);
  const table =
    lines.length === 0
      ? [NOTHING]
      : [
          row(["host", ...names]),
          row(["---", ...names.map(() => "---")]),
          ...lines.map((line) => row([nameOf(line), ...cellsOf(line)].map(escapeMarkdown))),
          "",
          escapeMarkdown(LEGEND),
        ];
  const faults = findings.flatMap(({ message, remediation }) => [
    "",
    `- ❌ ${escapeMarkdown(message)}`,
    ...(remediation ? ["", escapeMarkdown(remediation.summary), ""] : []),
    ...fenced(remediation?.commands ?? []),
  ]);
  const notRead = unread.flatMap((one) => ["", `- ❌ ${escapeMarkdown(unreadText(one))}`]);
  return `${[...table, ...faults, ...notRead].join("\n")}\n`;
};

const html: Format = ({ clusters, lines, findings, unread }) => {
  const heads = clusters.map((name) => markup`<th scope="col">${name}</th>`);
  const rows = lines.map((line) => {
    const cells = cellsOf(line).map((cell) => markup`<td>${cell}</td>`);
    return markup`<tr><th scope="row">${nameOf(line)}</th>${cells}</tr>`;
  });
  const faults = findings.map(({ message, remediation }) => {
    const commands = (remediation?.commands ?? []).map(
      (command) => markup`<pre><code>${commandMarkup(command)}</code></pre>`,
    );
    return markup`<li>❌ ${message} ${remediation?.summary ?? ""}${commands}</li>`;
  });
  const notRead = unread.map((one) => markup`<li>❌ ${unreadText(one)}</li>`);
  return page(
    "mc services",
    [STYLE],
    markup`<main>
<h1>Shared services</h1>
<div class="scroll" role="region" aria-label="Shared services" tabindex="0"><table>
<thead><tr><th scope="col">Host</th>${heads}</tr></thead>
<tbody>
${rows}
</tbody></table></div>
<p>${lines.length === 0 ? NOTHING : LEGEND}</p>
<ul>
${faults}
${notRead}
</ul>
</main>
`,
  );
};

/** Output formats by the name that `-o` takes. */
export const FORMATS: Readonly<Record<string, Format>> = {
  text,
  json: (report) => jsonText(servicesTree(report)),
  yaml: (report) => yamlText(servicesTree(report)),
  markdown,
  html,
};
