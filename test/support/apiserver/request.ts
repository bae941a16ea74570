import { badRequest } from "./errors.ts";
import { parseFieldSelector } from "./selectors.ts";

/** What a request is about, read from its method, path and query alone. */
export interface RequestInfo {
  method: string;
  path: string;
  query: URLSearchParams;
  /** RBAC verb for resources, the method in lower case for other paths. */
  verb: string;
  /** Absent for paths that are no resource: discovery, /version, /livez. */
  target?: Target;
}

export interface Target {
  group: string;
  version: string;
  resource: string;
  namespace?: string;
  name?: string;
  subresource?: string;
  /** What follows pods/NAME/proxy, with its leading slash. */
  tail: string;
}

/** Subresources of a namespace itself: any other word there is a resource in the namespace. */
const NAMESPACE_SUBRESOURCES = new Set(["status", "finalize"]);

export function parseRequest(method: string, url: string): RequestInfo {
  const mark = url.indexOf("?");
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1));
  const target = parseTarget(path);
  if (!target) return { method, path, query, verb: method.toLowerCase() };
  const watching = isTrue(query.get("watch"));
  const verb = verbOf(method, target, watching);
  const nameless = target.name === undefined && verb !== "create";
  const selected = nameless ? selectedName(query) : undefined;
  return {
    method,
    path,
    query,
    verb,
    target: selected === undefined ? target : { ...target, name: selected },
  };
}

const isTrue = (value: string | null): boolean => value === "true" || value === "1";

function parseTarget(path: string): Target | undefined {
  const parts = path.split("/").slice(1);
  if (parts.at(-1) === "") parts.pop();
  const [root, ...rest] = parts;
  const core = root === "api";
  if (!core && root !== "apis") return undefined;
  const [group, version, ...tail] = core ? ["", ...rest] : rest;
  if (group === undefined || version === undefined || tail.length === 0) return undefined;
  const segments = tail.map(decode);
  const [first, second, third] = segments;
  const inNamespace =
    first === "namespaces" && third !== undefined && !NAMESPACE_SUBRESOURCES.has(third);
  const [resource, name, subresource, ...more] = inNamespace ? segments.slice(2) : segments;
  const namespace = inNamespace
    ? second
    : group === "" && first === "namespaces"
      ? second
      : undefined;
  return {
    group,
    version,
    resource: resource as string,
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
    ...(subresource !== undefined && { subresource }),
    tail: `/${more.join("/")}`,
  };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest(`invalid URL escape ${JSON.stringify(segment)}`);
  }
}

function verbOf(method: string, target: Target, watching: boolean): string {
  const named = target.name !== undefined;
  switch (method) {
    case "GET":
    case "HEAD":
      return named ? "get" : watching ? "watch" : "list";
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return named ? "delete" : "deletecollection";
    default:
      return method.toLowerCase();
  }
}

/** A list restricted to one name counts as asking for that name, so that such a rule applies. */
function selectedName(query: URLSearchParams): string | undefined {
  const selector = query.get("fieldSelector");
  if (selector === null) return undefined;
  const terms = parseFieldSelector(selector);
  return terms.find((term) => term.field === "metadata.name" && term.equal)?.value;
}
