import { enumerate } from "./wording.ts";

/** That an object is being deleted: the API server keeps it until nothing holds it any more. */
export interface Deletion {
  /** `metadata.finalizers`: whoever wrote one removes it when its work is done. */
  finalizers: readonly string[];
}

/** `is being deleted, held by finalizer example.com/hold`. */
export function deletionText({ finalizers }: Deletion): string {
  const noun = finalizers.length === 1 ? "finalizer" : "finalizers";
  const held = finalizers.length > 0 ? `, held by ${noun} ${enumerate(finalizers)}` : "";
  return `is being deleted${held}`;
}
