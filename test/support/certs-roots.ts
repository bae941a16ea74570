import { makeRoot } from "./certificates.ts";
import { signedBy } from "./certs-run.ts";

/*
 * What most cases of the certificates check start from, made once a test file.
 */

export const root = await makeRoot("Root A");
export const other = await makeRoot("Root B");
/** Cluster `b`, below the first of the two. */
export const healthyB = await signedBy(root, "b");
