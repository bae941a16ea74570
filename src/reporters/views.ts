import type { CheckId } from "../model/check-data.ts";
import type { Result } from "../model/report.ts";
import type { CheckView, Views } from "../model/view.ts";

/** How the check of a result wants to be shown; nothing for a check that is not among the views. */
export function viewOf<Id extends CheckId>(
  views: Views,
  { id }: Result<Id>,
): CheckView<Id> | undefined {
  return Object.hasOwn(views, id) ? views[id] : undefined;
}
