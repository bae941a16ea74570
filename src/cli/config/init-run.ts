import { stat } from "node:fs/promises";
import { join } from "node:path";
import { schemaAddress } from "../../lib/pages.ts";
import { UsageError } from "../../model/errors.ts";
import { CONFIG_FILE } from "../../readers/config-file.ts";
import type { Io } from "../shared/io.ts";
import type { GlobalOptions } from "../shared/options.ts";
import { writeWhole } from "../shared/output-file.ts";
import { note } from "../shared/say.ts";

/** A file that holds nothing yet, with an example of all that it can. */
export const EXAMPLE = `# yaml-language-server: $schema=${schemaAddress("mc.config.v1.schema.json")}
schemaVersion: mc.config/v1

# Contexts by a name for all of them: mc check --group prod
#groups:
#  prod: [eu, us]

# Flags that are not given, by command.
#defaults:
#  check:
#    timeout: 60s
#    fail-on: warn
#    skip: [platform]

# Namespaces, as -n and -i.
#namespaces:
#  gateways: istio-eastwest
#  istio: istio-system

# Faults to live with.
#ignore:
#- check: platform
#  cluster: edge-*
#  reason: Fargate runs no mesh workloads
#  until: 2099-12-31
`;

/** Begins an `mc.yaml` in this directory. */
export async function runInit(options: GlobalOptions, io: Io): Promise<void> {
  const file = options.config ?? join(io.cwd, CONFIG_FILE);
  const present = await stat(file).catch(() => undefined);
  if (present) throw new UsageError(`${file} is there already`);
  await writeWhole(file, EXAMPLE);
  await note(io, options, `wrote ${file}`);
}
