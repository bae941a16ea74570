import { deleteGateway } from "../mesh/commands/gateways.ts";
import { kubectl } from "../mesh/commands/shell.ts";
import { comparable } from "./comparable.ts";
import type { Planned } from "./plan.ts";
import { toYaml } from "./yaml.ts";

/** The command that takes back what was applied, also when that is not certain. */
export function undoCommand({ ref, manifest, before }: Planned): string {
  if (!before) return deleteGateway(ref, manifest.metadata, "--ignore-not-found");
  const words = ["apply", "--server-side", "--field-manager=mc", "--force-conflicts", "-f", "-"];
  return `${kubectl(ref, ...words)} <<'EOF'\n${toYaml(comparable(before))}EOF`;
}
