import type { Finding, Result, Status } from "../../model/report.ts";
import { commandMarkup, type Markup, markup } from "../markup.ts";
import { evidenceWords, STATUS_WORD, SYMBOL } from "../words.ts";

/** A symbol of ours: not a text to be cleaned. */
export function symbol(status: Status): Markup {
  return markup`<span aria-hidden="true">${{ source: SYMBOL[status] }}</span>`;
}

/** Symbol and word: neither colour nor the symbol alone says it. */
export function statusLabel(status: Status): Markup {
  return markup`<span class="status ${status}">${symbol(status)} ${STATUS_WORD[status]}</span>`;
}

/** What logs say of it. */
function logs(finding: Finding): Markup[] {
  return (finding.evidence ?? []).map((one) => {
    const { head, line } = evidenceWords(one, finding);
    return markup`<p class="minor">${head}</p>
<p class="minor"><code>${line}</code></p>`;
  });
}

function remedy({ remediation, blockedBy }: Finding): Markup[] {
  if (blockedBy) return [markup`<p class="minor">Blocked by ${blockedBy}.</p>`];
  if (!remediation) return [];
  return [
    markup`<p>${remediation.summary}</p>`,
    ...remediation.commands.map(
      (command) => markup`<pre><code>${commandMarkup(command)}</code></pre>`,
    ),
  ];
}

function findingItem(finding: Finding): Markup {
  return markup`<li><p>${statusLabel(finding.severity)} ${finding.message}</p>
${[...logs(finding), ...remedy(finding)]}</li>`;
}

/** A result: its line, and findings that are worth one. */
export function resultItem(result: Result, anchor: string, verbose: boolean): Markup {
  const { title, status, summary, findings } = result;
  // A single fault is the summary itself: its remedy stands right below.
  const said = findings.find(({ message }) => message === summary);
  const others = findings.filter(
    (finding) => finding !== said && (verbose || finding.severity !== "pass"),
  );
  const list = markup`<ul class="findings">
${others.map(findingItem)}
</ul>`;
  return markup`<li id="${anchor}"><p>${statusLabel(status)} <strong>${title}</strong>: ${summary}</p>
${said ? [...logs(said), ...remedy(said)] : []}${others.length > 0 ? list : []}</li>`;
}
