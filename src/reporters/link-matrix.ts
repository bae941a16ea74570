import type { Report } from "../model/report.ts";
import type { Cell, LinkMatrix, Views } from "../model/view.ts";
import { viewOf } from "./views.ts";

export const CELL_SYMBOL: Readonly<Record<Cell, string>> = {
  self: "·",
  connected: "✅",
  "one-way": "⚠️",
  broken: "❌",
  none: "",
  unknown: "?",
};

/** Who is linked to whom, as the checks across clusters show it. */
export function linkMatrices({ mesh }: Report, views: Views): LinkMatrix[] {
  return mesh.flatMap((result) => viewOf(views, result)?.matrix?.(result) ?? []);
}
