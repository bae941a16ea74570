import { defined } from "../../lib/defined.ts";
import type { GlobalOptions } from "./options.ts";

/** Where the mesh is looked for in a cluster, as far as flags say. */
export function placesOf({
  istioNamespace,
  revision,
  namespace,
}: GlobalOptions): Pick<GlobalOptions, "istioNamespace" | "revision" | "namespace"> {
  return defined({ istioNamespace, revision, namespace });
}
