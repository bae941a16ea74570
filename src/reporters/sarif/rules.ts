import { oneLine } from "../../lib/sanitize.ts";
import { pageOf } from "../../lib/pages.ts";
import type { Descriptions } from "../../model/check-description.ts";
import type { Result } from "../../model/report.ts";
import { checkMarkdown, explainCheck } from "../explain.ts";

/** `CniDnsCaptureCheck` of `cni-dns-capture`. */
function pascalCase(id: string): string {
  return `${id}-check`.replaceAll(/(?:^|-)(.)/g, (_all, letter: string) => letter.toUpperCase());
}

/** A sentence, as code scanning shows it. */
function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** The check of a result as a rule, with all that it says of itself. */
export function ruleOf({ id, title }: Result, descriptions: Descriptions): object {
  const description = descriptions[id];
  return {
    id,
    name: pascalCase(id),
    shortDescription: { text: oneLine(title) },
    fullDescription: { text: sentence(oneLine(description?.why ?? title)) },
    help: description
      ? { text: explainCheck(description), markdown: checkMarkdown(description) }
      : { text: `mc explain ${id}`, markdown: `\`mc explain ${id}\`` },
    helpUri: pageOf(id),
    properties: { tags: ["istio", "multicluster", "kubernetes"] },
  };
}
