import { pageNotFound } from "./errors.ts";
import { joinApiVersion, REVIEWS, type ResourceType } from "./resources.ts";
import { json, type Call, type Reply, type ServerState } from "./state.ts";

const VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/** Every path that is no resource. Aggregated discovery is not offered: clients cope. */
export function discovery(call: Call): Reply {
  const { state, request } = call;
  const path = request.path.replace(/\/$/, "");
  const root = /^\/(livez|readyz|healthz)(\/.*)?$/.exec(path);
  if (root) return { status: 200, body: "ok", contentType: "text/plain; charset=utf-8" };
  if (path === "/version") return json(version(state.serverVersion));
  if (path === "/api") return json(coreVersions());
  if (path === "/apis") return json(groupList(state));
  const [, api, group = "", served] = /^\/(apis?)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(path) ?? [];
  if (api === "api" && group === "v1" && !served) return json(resourceList(state, "", "v1"));
  if (api !== "apis" || state.registry.versions(group).length === 0) throw pageNotFound();
  if (!served) return json({ kind: "APIGroup", apiVersion: "v1", ...groupOf(state, group) });
  if (!state.registry.serves(group, served)) throw pageNotFound();
  return json(resourceList(state, group, served));
}

function version(gitVersion: string): object {
  const [, major = "1", minor = "0"] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? [];
  return {
    major,
    minor,
    gitVersion,
    gitCommit: "0000000000000000000000000000000000000000",
    gitTreeState: "clean",
    buildDate: "2026-01-01T00:00:00Z",
    goVersion: "go1.25.0",
    compiler: "gc",
    platform: "linux/amd64",
  };
}

const coreVersions = (): object => ({
  kind: "APIVersions",
  versions: ["v1"],
  serverAddressByClientCIDRs: [],
});

function groupOf(state: ServerState, name: string): object {
  const versions = state.registry.versions(name).map((entry) => ({
    groupVersion: joinApiVersion(name, entry),
    version: entry,
  }));
  return { name, versions, preferredVersion: versions[0] };
}

function groupList(state: ServerState): object {
  const names = state.registry.groups().filter((name) => name !== "");
  return { kind: "APIGroupList", apiVersion: "v1", groups: names.map((n) => groupOf(state, n)) };
}

function resourceList(state: ServerState, group: string, served: string): object {
  const types = state.registry.types.filter(
    (type) => type.group === group && type.versions.includes(served),
  );
  const reviews = REVIEWS.filter((review) => review.group === group).map(({ plural, kind }) => ({
    name: plural,
    singularName: kind.toLowerCase(),
    namespaced: false,
    kind,
    verbs: ["create"],
  }));
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: joinApiVersion(group, served),
    resources: [...types.flatMap(resourcesOf), ...reviews],
  };
}

function resourcesOf(type: ResourceType): object[] {
  const { plural, kind, namespaced } = type;
  const common = { singularName: "", namespaced, kind };
  const main = {
    ...common,
    name: plural,
    singularName: kind.toLowerCase(),
    verbs: VERBS,
    ...(type.shortNames.length > 0 && { shortNames: type.shortNames }),
  };
  const status = { ...common, name: `${plural}/status`, verbs: ["get", "patch", "update"] };
  const pod = [
    {
      ...common,
      name: "pods/portforward",
      kind: "PodPortForwardOptions",
      verbs: ["create", "get"],
    },
    { ...common, name: "pods/proxy", kind: "PodProxyOptions", verbs: ["create", "get"] },
  ];
  const more = type.group === "" && plural === "pods" ? pod : [];
  return [main, ...(type.hasStatus ? [status] : []), ...more];
}
