import { goBool } from "../lib/go-bool.ts";
import type { Env } from "../model/facts.ts";

/** What a switch of istiod is set to, as Go reads it; undefined where it is not set, or not known. */
export function switchOf(env: Env, name: string): boolean | undefined {
  const variable = env.get(name);
  return variable?.kind === "value" ? goBool(variable.value) : undefined;
}
