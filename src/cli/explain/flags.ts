import type { Command } from "commander";
import { UsageError } from "../../model/errors.ts";
import type { Io } from "../shared/io.ts";
import { withProgramName } from "../shared/program-name.ts";

export function addExplain(program: Command, io: Io): void {
  const write = (text: string): Promise<void> => io.stdout.write(withProgramName(text, io.program));
  program
    .command("explain")
    .argument("[check]", "id of a check, as reports name it, or trace")
    .description("what a check reads, why it fails, how to fix it; how a service is followed")
    .action(async (id: string | undefined) => {
      const { CHECKS } = await import("../../checks/index.ts");
      const { explainCheck, listChecks } = await import("../../reporters/explain.ts");
      if (id === undefined) {
        await write(listChecks(CHECKS));
        return;
      }
      if (id === "trace") {
        const { TRACE } = await import("./trace.ts");
        await write(TRACE);
        return;
      }
      const check = CHECKS.find((one) => one.id === id);
      if (!check) {
        const { unknownCheck } = await import("../shared/check-ids.ts");
        throw new UsageError(unknownCheck(id, CHECKS));
      }
      await write(explainCheck(check));
    });
}
