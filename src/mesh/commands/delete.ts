import type { ClusterRef } from "../../model/check.ts";
import { kubectl } from "./shell.ts";

/** Longer commands are given as a here-document: terminals and kernels limit a line's length. */
const LONGEST_LINE = 1200;
/** What Kubernetes allows as a name; anything else in a recording must not reach a command. */
const NAME = /^[a-z0-9][a-z0-9.-]{0,252}$/;

/** The names in lines of less than `LONGEST_LINE`. */
function lines(names: readonly string[]): string[] {
  const packed: string[] = [];
  let current = "";
  for (const name of names) {
    if (current.length + name.length >= LONGEST_LINE) {
      packed.push(current);
      current = name;
    } else {
      current = current === "" ? name : `${current} ${name}`;
    }
  }
  return [...packed, current];
}

/** One command that deletes all of them, however many: xargs splits them as the system needs it. */
export function deleteCommand(
  cluster: ClusterRef,
  resource: string,
  namespace: string,
  names: readonly string[],
): string {
  const words = ["-n", namespace, "delete", resource];
  const safe = names.filter((name) => NAME.test(name));
  const line = kubectl(cluster, ...words, ...safe);
  if (line.length <= LONGEST_LINE) return line;
  return [`xargs ${kubectl(cluster, ...words)} <<'EOF'`, ...lines(safe), "EOF"].join("\n");
}
