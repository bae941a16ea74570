import { describe, expect, it } from "vitest";
import { check } from "../../src/engine/check.ts";
import { rbacDocuments } from "../../src/engine/rbac.ts";
import { ISTIO_GATEWAY_RESOURCE } from "../../src/mesh/names.ts";
import { missing, type Missing } from "../../src/model/gathered.ts";
import type { RawObject } from "../../src/model/reader.ts";
import type { Report } from "../../src/model/report.ts";
import { type ClusterFixture } from "../support/mesh/cluster.ts";
import { clustersOf, resultsOf } from "../support/community-run.ts";
import { type NamedRule, rulesOfRoles } from "../support/rbac.ts";
import { MemoryReader } from "../support/source.ts";

/*
 * What `mc rbac --mode community` allows is enough for such meshes, and none of it too much. In memory:
 * test/engine/rbac.test.ts has the same with API servers.
 */

const RULES = rulesOfRoles(
  rbacDocuments({
    name: "mc",
    namespace: "istio-system",
    istioNamespace: "istio-system",
    secrets: true,
    remoteSecrets: true,
    portForward: true,
    certs: false,
    mode: "community",
  }),
);

interface Request {
  verb: string;
  resource: string;
  namespace?: string;
  name?: string;
}

/** A line of the reader in memory as Kubernetes would judge it. */
function requestOf(line: string): Request | undefined {
  const [verb = "", what = "", ...rest] = line.split(" ");
  if (verb === "connect") return undefined;
  if (verb === "debug") {
    return { verb: "get", resource: "pods/portforward", namespace: what.split("/")[0] ?? "" };
  }
  if (verb === "get") {
    const [namespace = "", resource = "", name = ""] = what.split("/");
    return { verb, resource, namespace, name };
  }
  const within =
    rest[0] === "in" && rest[1] !== undefined && !rest[1].startsWith("(") ? rest[1] : undefined;
  const name = rest.find((one) => one.startsWith("metadata.name="))?.slice("metadata.name=".length);
  return {
    verb,
    resource: what,
    ...(within === undefined ? {} : { namespace: within }),
    ...(name === undefined ? {} : { name }),
  };
}

/** Gateways of Istio's own kind the reader calls by their group, too. */
function isFor({ group, resource }: NamedRule["rule"], called: string): boolean {
  const full = `${resource}.${group}`;
  return full === ISTIO_GATEWAY_RESOURCE ? called === full : called === resource;
}

function refusing(rules: readonly NamedRule[]) {
  return (line: string): Missing | undefined => {
    const request = requestOf(line);
    const allowed =
      !request ||
      rules.some(
        ({ rule }) =>
          rule.verb === request.verb &&
          isFor(rule, request.resource) &&
          (rule.namespace === undefined || rule.namespace === request.namespace) &&
          (rule.name === undefined || rule.name === request.name),
      );
    return allowed ? undefined : missing("forbidden", `${line} is forbidden`);
  };
}

async function reportFor(
  clusters: readonly ClusterFixture[],
  refuse?: (line: string) => Missing | undefined,
): Promise<Report> {
  const readers = clusters.map(({ objects, debug, spec }) => {
    const bodies = Object.entries(debug).map(
      ([path, body]) => [path.replace(/^([^/]+\/[^/]+)\/(\d+)/, "$1:$2"), body] as const,
    );
    const contents = {
      objects: objects.map((object): RawObject => ({ ...object })),
      debug: Object.fromEntries(bodies),
    };
    return new MemoryReader(refuse ? { ...contents, refuse } : contents, spec.context);
  });
  return check(readers, { precheck: false, concurrency: 8, mode: "community" });
}

/** What each check says, without how long it took. */
function said(report: Report): Record<string, string[]> {
  return Object.fromEntries(
    [...resultsOf(report)].map(([id, { findings }]) => [
      id,
      findings.map(({ severity, message }) => `${severity}: ${message}`),
    ]),
  );
}

/** Makes an OpenShift cluster of it. */
function openshift(fixture: ClusterFixture): void {
  for (const { kind, metadata } of fixture.objects) {
    if (kind === "Node") metadata.labels = { "node.openshift.io/os_id": "rhcos" };
  }
  fixture.objects.push({
    apiVersion: "operator.openshift.io/v1",
    kind: "Network",
    metadata: { name: "cluster" },
    spec: { defaultNetwork: { type: "OVNKubernetes" } },
  });
}

const SCENARIOS = [
  "community-sidecar",
  "community-primary-remote",
  "community-ambient",
  "community-broken",
];

describe("what mc rbac --mode community allows", () => {
  it.each(SCENARIOS)("is enough: %s", async (scenario) => {
    const clusters = await clustersOf(scenario);
    const [allowed, admin] = [
      await reportFor(clusters, refusing(RULES)),
      await reportFor(clusters),
    ];
    expect(said(allowed)).toEqual(said(admin));
  });

  // Kubernetes asks for it from 1.35 on, besides get.
  const least = RULES.filter(({ rule }) => rule.verb !== "create");

  it.each(least.map((one) => [one.name, one] as const))("is the least: %s", async (_, removed) => {
    const rest = RULES.filter((one) => one !== removed);
    const changed: string[] = [];
    for (const scenario of SCENARIOS) {
      const clusters = await clustersOf(scenario);
      if (removed.rule.name === "istio-ca-secret") {
        for (const one of clusters) {
          one.objects = one.objects.filter(({ metadata }) => metadata.name !== "cacerts");
        }
      }
      if (removed.rule.resource === "networks") clusters.forEach(openshift);
      const [without, base] = [
        await reportFor(clusters, refusing(rest)),
        await reportFor(clusters, refusing(RULES)),
      ];
      if (JSON.stringify(said(without)) !== JSON.stringify(said(base))) changed.push(scenario);
    }
    expect(changed).not.toEqual([]);
  });

  it("has nothing that only peering reads", () => {
    const resources = new Set(RULES.map(({ rule }) => rule.resource));
    expect(resources).not.toContain("segments");
    expect(resources).toContain("serviceaccounts");
  });
});
