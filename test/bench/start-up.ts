import { join } from "node:path";
import { compare, MC, ms, ROOT, type Command, type Row } from "./measure.ts";

const healthy = ["cluster1", "cluster2"].flatMap((name) => [
  "--directory",
  join(ROOT, "fixtures/healthy", name),
]);

/** Another program, and what `version`, `--help` and `check` may take in times of it. */
export interface Reference {
  command: Command;
  budgets: readonly [number, number, number];
}

/** What every command pays, in times of other programs' start. */
export async function startUp(references: readonly Reference[], runs: number): Promise<Row[]> {
  const own = [["version"], ["--help"], ["check", ...healthy]];
  const medians = await compare(
    [...references.map(({ command }) => command), ...own.map((args) => [...MC, ...args])],
    runs,
  );
  const took = medians.slice(references.length);
  return references.flatMap(({ command, budgets }, index) => {
    const base = medians[index] ?? Number.NaN;
    const name = command.map((word) => word.replace(/^.*\//, "")).join(" ");
    return budgets.map((budget, which) => ({
      what: `\`mc ${own[which]?.[0]}\`${which === 2 ? " on two directories" : ""}`,
      measured: ms(took[which] ?? Number.NaN),
      against: `\`${name}\`, ${ms(base)}`,
      ratio: (took[which] ?? Number.NaN) / base,
      budget,
    }));
  });
}
