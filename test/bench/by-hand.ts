import { join } from "node:path";
import { HEALTHY } from "./depth.ts";
import { compare, MC, ms, type Row } from "./measure.ts";
import { serving } from "./servers.ts";

const SCRIPT = join(import.meta.dirname, "by-hand.sh");

/** The same facts of two clusters by kubectl, command by command. */
export async function byHand(runs: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [latency, budget] of [
    [0, 8],
    [50, 12],
  ] as const) {
    const [own = 1, kubectl = 0] = await serving(
      HEALTHY,
      latency,
      ({ check, contexts, kubeconfig }) =>
        compare(
          [
            [...MC, ...check],
            ["env", `KUBECONFIG=${kubeconfig}`, SCRIPT, ...contexts],
          ],
          runs,
        ),
    );
    rows.push({
      what: `kubectl, command by command (test/bench/by-hand.sh), ${latency} ms added to every answer`,
      measured: ms(kubectl),
      against: `\`mc check\` on the same two API servers, ${ms(own)}`,
      ratio: kubectl / own,
      budget,
      atLeast: true,
    });
  }
  return rows;
}
