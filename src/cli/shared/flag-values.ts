import { CHECKS } from "../../checks/index.ts";
import { REPORTERS } from "../../reporters/index.ts";

/** What a flag can be: one of these, contexts of the kubeconfig, or what no list holds. */
export type FlagValues = readonly string[] | "contexts" | "files";

const CONTEXT_FLAGS = new Set(["--contexts", "--context", "--from", "--to"]);

/** What a flag, given with its dashes, can be: for completion, and for who leaves the value out. */
export function valuesOf(long: string): FlagValues {
  if (CONTEXT_FLAGS.has(long)) return "contexts";
  switch (long) {
    case "--check":
    case "--skip":
      return CHECKS.map(({ id }) => id);
    case "--output":
      return Object.keys(REPORTERS);
    case "--fail-on":
      return ["fail", "warn", "new", "never"];
    case "--key-type":
      return ["rsa4096", "rsa3072", "rsa2048", "p384", "p256"];
    case "--format":
      return ["gateway", "helm-values"];
    case "--data-plane-service-type":
    case "--preferred-data-plane-service-type":
      return ["loadbalancer", "nodeport"];
    default:
      return "files";
  }
}
