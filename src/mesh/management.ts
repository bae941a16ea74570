import type { ServiceFact } from "../model/facts.ts";
import { compareVersions, hasMinor, type Release } from "./versions.ts";

/** The namespace in which the install guides put the management plane, and which istiod lets in. */
export const MANAGEMENT_NAMESPACE = "gloo-mesh";

/** The Service of the management server, in every installation of the management plane. */
const MANAGEMENT_SERVICE = "gloo-mesh-mgmt-server";

/** Namespaces in which a management plane of Solo's is. */
export function managementNamespaces(services: readonly ServiceFact[]): string[] {
  const found = services.filter(({ name }) => name === MANAGEMENT_SERVICE);
  return [...new Set(found.map(({ namespace }) => namespace))].toSorted();
}

/** The patch releases from which on istiod asks who wants its debug endpoints, before 1.29. */
const GUARDED: readonly Release[] = [
  { major: 1, minor: 27, patch: 7 },
  { major: 1, minor: 28, patch: 4 },
];

/** Whether istiod lets only some namespaces ask its debug endpoints, from 1.27.7, 1.28.4 and 1.29 on. */
export function guardsDebugEndpoints(version: Release): boolean {
  return (
    hasMinor(version, 1, 29) ||
    GUARDED.some((one) => one.minor === version.minor && compareVersions(version, one) >= 0)
  );
}
