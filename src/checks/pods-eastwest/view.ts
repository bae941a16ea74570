import type { Result } from "../../model/report.ts";
import type { CheckView, ResultPart } from "../../model/view.ts";
import { podBlocks } from "../_shared/pods-view.ts";

type EastWestPart = ResultPart<"pods-eastwest">;

/** The result by Gateway; what is about none of them, or all when there are none, comes last. */
function partsOf(result: Result<"pods-eastwest">): EastWestPart[] {
  const gateways = result.data?.gateways ?? [];
  const parts = gateways.map(({ namespace, name, status, summary, rows, findings }) => ({
    result: {
      ...result,
      title: `Pod Check (eastwest gateway ${namespace}/${name})`,
      status,
      summary,
      findings: findings.flatMap((index) => result.findings[index] ?? []),
    },
    blocks: podBlocks(rows),
  }));
  const told = new Set(gateways.flatMap(({ findings }) => findings));
  const rest = result.findings.filter((_finding, index) => !told.has(index));
  if (parts.length > 0 && rest.length === 0) return parts;
  return [...parts, { result: { ...result, findings: rest }, blocks: [] }];
}

export const view: CheckView<"pods-eastwest"> = {
  rank: 410,
  familiar: true,
  passes: "hidden",
  parts: partsOf,
};
