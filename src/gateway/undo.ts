import { kubectl } from "../mesh/commands/shell.ts";
import { comparable } from "./comparable.ts";
import { GATEWAY_TYPE, type Planned } from "./plan.ts";
import { toYaml } from "./yaml.ts";

/** The command that takes back what was applied, also when that is not certain. */
export function undoCommand({ ref, manifest, before }: Planned): string {
  const { namespace, name } = manifest.metadata;
  if (!before) {
    return kubectl(ref, "-n", namespace, "delete", GATEWAY_TYPE, name, "--ignore-not-found");
  }
  const words = ["apply", "--server-side", "--field-manager=mc", "--force-conflicts", "-f", "-"];
  return `${kubectl(ref, ...words)} <<'EOF'\n${toYaml(comparable(before))}EOF`;
}
