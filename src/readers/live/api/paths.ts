import type { Resource } from "../../../model/resource.ts";

/** `/api/v1/namespaces/NS/pods/NAME`; without namespace or name, those parts are left out. */
export function resourcePath(
  resource: Pick<Resource, "group" | "plural">,
  version: string,
  namespace?: string,
  name?: string,
): string {
  const { group, plural } = resource;
  const base = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  const within = namespace ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  const one = name === undefined ? "" : `/${encodeURIComponent(name)}`;
  return `${base}${within}/${plural}${one}`;
}

/** `?a=b&c=d` of the values that are there. */
export function queryOf(values: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined && value !== "") query.set(key, value);
  }
  return query.size === 0 ? "" : `?${query.toString()}`;
}

export function apiVersionOf({ group }: Pick<Resource, "group">, version: string): string {
  return group === "" ? version : `${group}/${version}`;
}
