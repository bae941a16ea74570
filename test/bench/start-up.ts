import { join } from "node:path";
import { compare, MC, ms, ROOT, type Command, type Row } from "./measure.ts";

const healthy = ["cluster1", "cluster2"].flatMap((name) => [
  "--directory",
  join(ROOT, "fixtures/healthy", name),
]);

/** What every command pays, in times of another program's start. */
export async function startUp(reference: Command, budgets: number[], runs: number): Promise<Row[]> {
  const commands = [["version"], ["--help"], ["check", ...healthy]];
  const [base = 1, ...medians] = await compare(
    [reference, ...commands.map((args) => [...MC, ...args])],
    runs,
  );
  const name = reference.map((word) => word.replace(/^.*\//, "")).join(" ");
  return medians.map((median, index) => ({
    what: `\`mc ${commands[index]?.[0]}\`${index === 2 ? " on two directories" : ""}`,
    measured: ms(median),
    against: `\`${name}\`, ${ms(base)}`,
    ratio: median / base,
    budget: budgets[index] ?? 1,
  }));
}
