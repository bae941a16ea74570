import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ownChecks } from "../../engine/own-checks.ts";
import type { AnyCheck } from "../../model/check.ts";
import { UsageError } from "../../model/errors.ts";

async function exportedBy(file: string, cwd: string): Promise<unknown> {
  try {
    const module = (await import(pathToFileURL(resolve(cwd, file)).href)) as { default?: unknown };
    return module.default;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`--checks ${file} cannot be loaded: ${reason}`);
  }
}

/**
 * The checks of the files that `--checks` names. Their code is run: nothing but the command line
 * names them.
 *
 * @throws UsageError for a file that cannot be loaded, for what is no check, and for ids given twice
 */
export async function loadOwnChecks(files: readonly string[], cwd: string): Promise<AnyCheck[]> {
  const checks: AnyCheck[] = [];
  for (const file of files) {
    for (const check of ownChecks(await exportedBy(file, cwd), file)) {
      if (checks.some(({ id }) => id === check.id)) {
        throw new UsageError(`--checks ${file}: there are two checks ${check.id}`);
      }
      checks.push(check);
    }
  }
  return checks;
}
