import { defined } from "../../../lib/defined.ts";
import { array, at, property, record, string } from "../../../lib/json.ts";
import type { AccessRequest } from "../../../model/gathered.ts";
import type { RawObject } from "../../../model/reader.ts";
import type { Resource } from "../../../model/resource.ts";
import type { ApplyOptions, DeleteOptions, FieldConflict, Written } from "../../../model/writer.ts";
import type { ApiClient } from "./client.ts";
import { Fault, objectOf, refusal, type Reply, safeText, statusOf } from "../connection/index.ts";
import { apiVersionOf, queryOf, resourcePath } from "./paths.ts";
import type { Target } from "./versions.ts";

const FIELD_MANAGER = "mc";

/** Method, and content type of the body. */
const WRITES = {
  patch: ["PATCH", "application/apply-patch+yaml"],
  delete: ["DELETE", "application/json"],
} as const;
const nothing = (): undefined => undefined;

export function applyObject(
  target: Target,
  object: RawObject,
  { force, dryRun }: ApplyOptions,
): Promise<Written<RawObject>> {
  const { namespace, name } = record(object["metadata"]);
  const query = queryOf({
    fieldManager: FIELD_MANAGER,
    force: force ? "true" : undefined,
    dryRun: dryRun ? "All" : undefined,
  });
  return written(target, "patch", { namespace, name, query }, objectOf, (version) => ({
    ...object,
    apiVersion: apiVersionOf(target.resource, version),
  }));
}

export function deleteObject(
  target: Target,
  namespace: string,
  name: string,
  { dryRun, preconditions }: DeleteOptions,
): Promise<Written<undefined>> {
  const options = { apiVersion: "v1", kind: "DeleteOptions", preconditions };
  const body = dryRun ? { ...options, dryRun: ["All"] } : options;
  return written(target, "delete", { namespace, name }, nothing, () => body);
}

/**
 * Whether the API server would allow it.
 *
 * @throws Fault
 */
export async function isAllowed(client: ApiClient, request: AccessRequest): Promise<boolean> {
  const { verb, group, namespace, name } = request;
  const [resource, subresource] = request.resource.split("/");
  const reply = await client.request({
    method: "POST",
    path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    contentType: "application/json",
    body: JSON.stringify({
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: { resourceAttributes: { verb, group, resource, subresource, namespace, name } },
    }),
  });
  if (reply.status !== 200 && reply.status !== 201) throw refusal(reply);
  const allowed = at(objectOf(reply), "status", "allowed");
  if (typeof allowed !== "boolean") {
    throw new Fault("unreadable", "the answer is no SelfSubjectAccessReview");
  }
  return allowed;
}

export function accessTo(
  verb: AccessRequest["verb"],
  { group, plural }: Resource,
  namespace: string | undefined,
  name?: string,
): AccessRequest {
  return {
    verb,
    group,
    resource: plural,
    ...(namespace === undefined || namespace === "" ? {} : { namespace }),
    ...defined({ name }),
  };
}

const REFUSED_WRITES: Readonly<Record<number, "conflict" | "invalid">> = {
  400: "invalid",
  409: "conflict",
  422: "invalid",
};

async function written<T>(
  { client, versions, resource }: Target,
  verb: "patch" | "delete",
  where: { namespace: unknown; name: unknown; query?: string },
  valueOf: (reply: Reply) => T,
  bodyFor: (version: string) => unknown,
): Promise<Written<T>> {
  const [namespace, name = ""] = [string(where.namespace), string(where.name)];
  const request = accessTo(verb, resource, namespace, name);
  const [method, contentType] = WRITES[verb];
  let [warnings, conflicts]: [string[], FieldConflict[]] = [[], []];
  try {
    const { reply } = await versions.send(resource, (version) => {
      const path = `${resourcePath(resource, version, namespace, name)}${where.query ?? ""}`;
      return client.request({ method, path, contentType, body: JSON.stringify(bodyFor(version)) });
    });
    warnings = warningsOf(reply);
    if (reply.status >= 200 && reply.status < 300) {
      return { ok: true, value: valueOf(reply), warnings };
    }
    conflicts = conflictsOf(reply);
    const { why, message: detail } = refusal(reply);
    return {
      ok: false,
      why: REFUSED_WRITES[reply.status] ?? why,
      detail,
      request,
      warnings,
      conflicts,
    };
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause;
    return { ok: false, why: cause.why, detail: cause.message, request, warnings, conflicts };
  }
}

/** `Warning: 299 - "text"`, several in one header separated by commas. */
function warningsOf({ headers }: Reply): string[] {
  const header = [headers["warning"] ?? []].flat().join(", ");
  return [...header.matchAll(/\b\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) =>
    safeText(text.replaceAll(/\\(.)/g, "$1")),
  );
}

function conflictsOf(reply: Reply): FieldConflict[] {
  return array(at(statusOf(reply), "details", "causes")).flatMap((cause) => {
    if (property(cause, "reason") !== "FieldManagerConflict") return [];
    const message = string(property(cause, "message")) ?? "";
    const manager = /^conflict with "((?:[^"\\]|\\.)*)"/.exec(message)?.[1] ?? message;
    return [
      { manager: safeText(manager), field: safeText(string(property(cause, "field")) ?? "") },
    ];
  });
}
