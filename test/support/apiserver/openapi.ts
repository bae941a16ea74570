import { pageNotFound } from "./errors.ts";
import { joinApiVersion, type Registry, type ResourceType } from "./resources.ts";
import { json, type Call, type Reply } from "./state.ts";

const ROOT = "/openapi/v3";
const V2_PROTOBUF = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
/** An OpenAPI v2 document that says `swagger: 2.0` and no more, in protobuf. */
const V2_EMPTY = "\n\u00032.0";
const PARAMETERS = ["dryRun", "fieldManager", "fieldValidation", "force"];

/** `api/v1`, `apis/apps/v1` */
const rootOf = (group: string, version: string): string =>
  `${group === "" ? "api" : "apis"}/${joinApiVersion(group, version)}`;

/**
 * Enough of OpenAPI for kubectl to see that fields are validated by the server. Types are not
 * described, and strategic merge patches not announced, so kubectl goes by what it knows itself.
 */
export function openapi({ state, request, accept }: Call): Reply | undefined {
  const path = request.path.replace(/\/$/, "");
  if (path === "/openapi/v2") {
    return accept.includes("protobuf")
      ? { status: 200, body: V2_EMPTY, contentType: V2_PROTOBUF }
      : json({ swagger: "2.0", info: { title: "Kubernetes", version: "" }, paths: {} });
  }
  if (path !== ROOT && !path.startsWith(`${ROOT}/`)) return undefined;
  const roots = state.registry
    .groups()
    .flatMap((group) => state.registry.versions(group).map((version) => ({ group, version })));
  if (path === ROOT) {
    const entries = roots.map(({ group, version }) => {
      const root = rootOf(group, version);
      return [root, { serverRelativeURL: `${ROOT}/${root}?hash=${state.registry.types.length}` }];
    });
    return json({ paths: Object.fromEntries(entries) });
  }
  const asked = roots.find(({ group, version }) => path === `${ROOT}/${rootOf(group, version)}`);
  if (!asked) throw pageNotFound();
  return json({
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: state.serverVersion },
    paths: pathsOf(state.registry, asked.group, asked.version),
    components: { schemas: {} },
  });
}

function pathsOf(registry: Registry, group: string, version: string): object {
  const types = registry.types.filter(
    (type) => type.group === group && type.versions.includes(version),
  );
  return Object.fromEntries(
    types.flatMap((type) => {
      const scope = type.namespaced ? "/namespaces/{namespace}" : "";
      const collection = `/${rootOf(group, version)}${scope}/${type.plural}`;
      const post = operation(type, version, "post", ["application/json", "application/yaml"]);
      const put = operation(type, version, "put", ["application/json", "application/yaml"]);
      const patch = operation(type, version, "patch", [
        "application/apply-patch+yaml",
        "application/json-patch+json",
        "application/merge-patch+json",
      ]);
      return [
        [collection, { post }],
        [`${collection}/{name}`, { put, patch }],
      ];
    }),
  );
}

function operation(type: ResourceType, version: string, action: string, accepts: string[]): object {
  return {
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": { group: type.group, version, kind: type.kind },
    parameters: PARAMETERS.map((name) => ({ name, in: "query", schema: { type: "string" } })),
    requestBody: {
      content: Object.fromEntries(accepts.map((media) => [media, { schema: { type: "object" } }])),
    },
    responses: { "200": { description: "OK" } },
  };
}
