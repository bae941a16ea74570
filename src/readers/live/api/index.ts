/* The door of the Kubernetes API: requests that are signed in and tried again, lists, writes, watches. */

export { ApiClient } from "./client.ts";
export { readConnection } from "./identity.ts";
export { logAccess, readLog } from "./log.ts";
export { apiVersionOf, resourcePath } from "./paths.ts";
export { readList, readObject } from "./read.ts";
export { withRetries } from "./retry.ts";
export { Versions, type Target } from "./versions.ts";
export { watchResource } from "./watch.ts";
export { accessTo, applyObject, deleteObject, isAllowed } from "./write.ts";
