import type { Command } from "commander";
import { UsageError } from "../../model/errors.ts";
import type { Io } from "../shared/io.ts";

export function addExplain(program: Command, io: Io): void {
  program
    .command("explain")
    .argument("[check]", "id of a check, as reports name it, or trace")
    .description("what a check reads, why it fails, how to fix it; how a service is followed")
    .action(async (id: string | undefined) => {
      const { CHECKS } = await import("../../checks/index.ts");
      const { explainCheck, listChecks } = await import("../../reporters/explain.ts");
      if (id === undefined) {
        await io.stdout.write(listChecks(CHECKS));
        return;
      }
      if (id === "trace") {
        const { TRACE } = await import("./trace.ts");
        await io.stdout.write(TRACE);
        return;
      }
      const check = CHECKS.find((one) => one.id === id);
      if (!check) {
        const { unknownCheck } = await import("../shared/check-ids.ts");
        throw new UsageError(unknownCheck(id, CHECKS));
      }
      await io.stdout.write(explainCheck(check));
    });
}
