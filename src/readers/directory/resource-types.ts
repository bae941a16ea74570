import { RESOURCES, type Resource } from "../../model/resource.ts";

/** `pods`, `gateways.gateway.networking.k8s.io`: as a CRD is named. */
export function resourceName(resource: Pick<Resource, "plural" | "group">): string {
  return resource.group ? `${resource.plural}.${resource.group}` : resource.plural;
}

/** `apps/Deployment`: kinds of two groups may be called alike, as Gateways are. */
export function typeOf({ group, kind }: Pick<Resource, "group" | "kind">): string {
  return `${group}/${kind}`;
}

/** The types of a kind that mc reads: those of other groups too where a recording left the group out. */
export function ofKind(kind: string, apiVersion: string | undefined): Resource[] {
  return Object.values(RESOURCES).filter(
    (one) => one.kind === kind && (apiVersion === undefined || one.group === groupOf(apiVersion)),
  );
}

export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? "" : apiVersion.slice(0, slash);
}
