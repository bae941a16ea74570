import { afterEach, describe, expect, it } from "vitest";
import { CHECKS } from "../../src/checks/index.ts";
import { check } from "../../src/engine/check.ts";
import { rbacDocuments, type RbacOptions } from "../../src/engine/rbac.ts";
import { FACT_ACCESS, type FactAccess } from "../../src/facts/access.ts";
import type { FactKey } from "../../src/model/facts.ts";
import type { Report, Result } from "../../src/model/report.ts";
import type { ApiServer } from "../support/apiserver.ts";
import { type AccessRules, type NamedRule, rulesOfRoles } from "../support/rbac.ts";
import { liveClusters, type LiveScenario, timeless } from "../support/scenario.ts";

const USER = "system:serviceaccount:istio-system:mc";
const OPTIONS: RbacOptions = {
  name: "mc",
  namespace: "istio-system",
  istioNamespace: "istio-system",
  secrets: true,
  remoteSecrets: true,
  portForward: true,
  logs: ["istio-eastwest"],
  mode: "peering",
  certs: false,
};

/** Those that speak of such meshes. */
const PEERING = CHECKS.filter(({ meshKind }) => meshKind !== "community");

const opened: LiveScenario[] = [];

afterEach(async () => {
  for (const scenario of opened.splice(0)) await scenario.close();
});

/** Makes an OpenShift cluster of it. */
function openshift(server: ApiServer): void {
  server.put({
    apiVersion: "operator.openshift.io/v1",
    kind: "Network",
    metadata: { name: "cluster" },
    spec: {
      defaultNetwork: {
        type: "OVNKubernetes",
        ovnKubernetesConfig: { gatewayConfig: { routingViaHost: true } },
      },
    },
  });
  for (const node of server.objects().filter(({ kind }) => kind === "Node")) {
    const labels = { ...Object(node.metadata["labels"]), "node.openshift.io/os_id": "rhcos" };
    server.put({ ...node, metadata: { ...node.metadata, labels } });
  }
}

/** The report that a user gets who may do only this. */
async function reportFor(
  scenario: string,
  allowOnly: AccessRules,
  change: (server: ApiServer) => void = openshift,
): Promise<Report> {
  const users = [{ name: USER, allowOnly }];
  const live = await liveClusters(scenario, { users, crds: { openshift: true } });
  opened.push(live);
  for (const server of live.servers) change(server);
  return check(live.readers, { precheck: false, concurrency: 16 });
}

function rules(options: Partial<RbacOptions> = {}): NamedRule[] {
  return rulesOfRoles(rbacDocuments({ ...OPTIONS, ...options }));
}

const allowing = (some: readonly NamedRule[]): AccessRules => some.map(({ rule }) => rule);

function resultsOf({ clusters, mesh }: Report): Map<string, Result> {
  return new Map([
    ...clusters.flatMap(({ context, checks }) =>
      checks.map((result) => [`${context}/${result.id}`, result] as const),
    ),
    ...mesh.map((result) => [result.id, result] as const),
  ]);
}

/** Without the name by which the API server knows who asks, which is not of the roles. */
function anonymous(report: Report): unknown {
  return JSON.parse(JSON.stringify(timeless(report)).replaceAll(/ as [\w:-]+/g, " as someone"));
}

describe("what mc rbac allows is enough", () => {
  it.each(["healthy", "flat-network", "nodeport", "two-revisions", "broken"])(
    "%s: the report is that of an administrator",
    async (scenario) => {
      const [allowed, admin] = await Promise.all([
        reportFor(scenario, allowing(rules())),
        reportFor(scenario, [{}]),
      ]);
      expect(anonymous(allowed)).toEqual(anonymous(admin));
    },
  );
});

const CACERTS = {
  apiVersion: "v1",
  kind: "Secret",
  namespace: "istio-system",
  name: "cacerts",
};
const CLUSTERS = ["cluster1", "cluster2"];
const STATUSES = ["fail", "error", "warn", "info", "pass", "skip"];

function falls(rule: NamedRule["rule"], access: FactAccess): boolean {
  return (
    access.verbs.some((verb) => verb === rule.verb) &&
    access.group === rule.group &&
    access.resource === rule.resource &&
    (rule.namespace === undefined || access.scope === "istio")
  );
}

/** Facts that a rule is for, by the table that roles are made from. */
function factsOf(rule: NamedRule["rule"]): Set<FactKey> {
  return new Set(
    (Object.keys(FACT_ACCESS) as FactKey[]).filter((key) =>
      FACT_ACCESS[key].some((access) => falls(rule, access)),
    ),
  );
}

/** What nobody reconciles. */
function neglect(server: ApiServer): void {
  for (const gateway of server.objects().filter(({ kind }) => kind === "Gateway")) {
    server.put({ ...gateway, status: { conditions: [] } });
  }
}

/** Puts the cluster into a Segment. */
function segment(server: ApiServer): void {
  const found = server
    .objects()
    .find(({ kind, metadata }) => kind === "Namespace" && metadata.name === "istio-system");
  if (!found) throw new Error("there is no namespace istio-system");
  const { metadata } = found;
  server.put({
    ...found,
    metadata: { ...metadata, labels: { "admin.solo.io/segment": "east" } },
  });
}

/** Results of the checks that declare one of the facts so. */
function resultIds(how: "needs" | "uses", facts: ReadonlySet<FactKey>): string[] {
  return PEERING.filter((one) => one[how].some((key) => facts.has(key))).flatMap(({ id, scope }) =>
    scope === "mesh" ? [id] : CLUSTERS.map((context) => `${context}/${id}`),
  );
}

const commandsOf = ({ findings }: Result): string =>
  findings.flatMap(({ remediation }) => remediation?.commands ?? []).join("\n");

/** Results that are not as an administrator has them, with what they say in addition. */
async function differences(options: Partial<RbacOptions>): Promise<Record<string, string>> {
  const [allowed, admin] = await Promise.all([
    reportFor("healthy", allowing(rules(options))),
    reportFor("healthy", [{}]),
  ]);
  const before = resultsOf(JSON.parse(JSON.stringify(admin)) as Report);
  return Object.fromEntries(
    [...resultsOf(allowed)].flatMap(([id, { status, findings }]) => {
      if (id.endsWith("/connection")) return [];
      const known = new Set(before.get(id)?.findings.map(({ message }) => message));
      const added = findings.filter(({ message }) => !known.has(message));
      if (added.length === 0 && status === before.get(id)?.status) return [];
      return [[id, `${status}: ${added[0]?.message}`]];
    }),
  );
}

describe("logs", () => {
  const logs = rules().filter(({ rule }) => rule.resource === "pods/log");
  const read = (report: Report): unknown[] =>
    [...resultsOf(report).values()].flatMap(({ findings }) =>
      findings.flatMap(({ evidence = [] }) => evidence),
    );
  const notes = (report: Report): string[] =>
    [...resultsOf(report).values()].flatMap(({ findings }) =>
      findings.flatMap(({ message }) => (message.startsWith("logs that may") ? [message] : [])),
    );

  it("are read with a rule for each namespace, and for nothing else", async () => {
    expect(logs.map(({ name }) => name)).toEqual([
      "get pods/log in istio-system",
      "get pods/log in istio-eastwest",
    ]);
    const allowed = await reportFor("roots-differ", allowing(rules({ logs: [] })));
    expect(read(allowed)).toHaveLength(2);
    expect(notes(allowed)).toEqual([]);
  });

  it("are one note without that rule, and nothing else is said", async () => {
    const { logs: _, ...rest } = OPTIONS;
    const documents = rulesOfRoles(rbacDocuments(rest));
    const [without, admin] = await Promise.all([
      reportFor("roots-differ", allowing(documents)),
      reportFor("roots-differ", [{}]),
    ]);
    expect(read(without)).toEqual([]);
    expect(notes(without)).toEqual([
      expect.stringMatching(
        /^logs that may tell more were not read: cluster1: pods .* is forbidden: .*; cluster2: pods .* is forbidden/,
      ),
    ]);
    const plain = (report: Report): unknown =>
      [...resultsOf(report)].map(([id, { status, findings }]) => [
        id,
        status,
        findings.map(({ message }) => message).filter((one) => !notes(report).includes(one)),
      ]);
    const anyone = (report: Report): string =>
      JSON.stringify(plain(report)).replaceAll(/ as [\w:-]+/g, " as someone");
    expect(anyone(without)).toEqual(anyone(admin));
  });

  it("are not asked for where all is well", async () => {
    const live = await liveClusters("healthy", { users: [{ name: USER, allowOnly: [{}] }] });
    opened.push(live);
    await check(live.readers, { precheck: false, concurrency: 16 });
    const paths = live.servers.flatMap(({ requests }) => requests.map(({ path }) => path));
    expect(paths.filter((path) => path.endsWith("/log"))).toEqual([]);
  });
});

describe("what mc rbac leaves out is told", () => {
  it("remote secrets, unless they are asked for", async () => {
    expect(await differences({ remoteSecrets: false })).toEqual({
      "cluster1/env-vars": expect.stringContaining("info: remote secrets not checked: ") as string,
      "cluster2/env-vars": expect.stringContaining("info: remote secrets not checked: ") as string,
    });
  });

  it("--without-secrets: intermediates are not checked, roots are", async () => {
    expect(await differences({ secrets: false })).toEqual({
      certs: expect.stringMatching(/^warn: .*intermediate/) as string,
    });
  });

  it("--without-port-forward: licenses, and who is connected", async () => {
    expect(await differences({ portForward: false })).toEqual({
      "cluster1/license": expect.stringMatching(/^error: .*license could not be read/) as string,
      "cluster2/license": expect.stringMatching(/^error: .*license could not be read/) as string,
      links: expect.stringMatching(/^info: .*not checked/) as string,
    });
  });
});

describe("what mc rbac allows is the least", () => {
  const unneeded = rules().filter(({ rule }) => resultIds("needs", factsOf(rule)).length === 0);

  it("no check needs some of it, as the README says", () => {
    expect(new Set(unneeded.map(({ rule }) => rule.resource))).toEqual(
      new Set([
        "daemonsets",
        "gatewayclasses",
        "kubernetesclusters",
        "pods/log",
        "secrets",
        "segments",
        "serviceentries",
      ]),
    );
  });

  it.each(unneeded.map((one) => [one.name, one] as const))(
    "without %s nothing is an error, and what was not checked is information",
    async (_name, removed) => {
      const rest = rules().filter(({ name }) => name !== removed.name);
      const found = resultsOf(await reportFor("healthy", allowing(rest)));
      const findings = [...found.values()].flatMap((result) => result.findings);
      expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
      const told = findings.filter(({ message }) => message.includes("not checked"));
      // Roots are compared without these Secrets: certs says so as a warning, and of each pair.
      const others = removed.rule.name === "cacerts" ? ["warn", "pass"] : [];
      const severities = new Set<string>(told.map(({ severity }) => severity));
      expect(severities.difference(new Set(["info", ...others]))).toEqual(new Set());
    },
  );

  const ofFacts = rules().filter(({ rule }) => rule.resource !== "pods/log");
  it.each(ofFacts.map((one) => [one.name, one] as const))("without: %s", async (_name, removed) => {
    const change = (server: ApiServer): void => {
      openshift(server);
      // istiod's own CA is asked for where there is none of the user's.
      if (removed.rule.name === "istio-ca-secret") server.remove(CACERTS);
      // A class explains why a Gateway is not programmed.
      if (removed.rule.resource === "gatewayclasses") neglect(server);
      if (removed.rule.resource === "segments") segment(server);
    };
    const rest = rules().filter(({ name }) => name !== removed.name);
    const isOfPlane = removed.rule.resource === "kubernetesclusters";
    const scenario = isOfPlane ? "automated" : "flat-network";
    const [without, base] = await Promise.all([
      reportFor(scenario, allowing(rest), change),
      reportFor(scenario, allowing(rules()), change),
    ]);
    const facts = factsOf(removed.rule);
    const [found, before] = [resultsOf(without), resultsOf(base)];

    const errors = [...found].filter(([, { status }]) => status === "error").map(([id]) => id);
    // Of its own fact only a part is missing then, and the fact says so itself.
    const partial = removed.rule.resource === "networks";
    const needing = partial ? [] : resultIds("needs", facts);
    expect(errors.toSorted()).toEqual(needing.toSorted());
    for (const id of needing) {
      const result = found.get(id);
      expect(result?.findings.map(({ message }) => message).join()).toMatch(/forbidden|may not/);
      expect(commandsOf(result as Result)).toContain(`--resource=${removed.rule.resource}`);
    }
    const using = resultIds(partial ? "needs" : "uses", facts).filter(
      (id) => !needing.includes(id),
    );
    const told = using.filter((id) => /not checked/.test(JSON.stringify(found.get(id)?.findings)));
    expect([...needing, ...told]).not.toEqual([]);
    for (const [id, result] of found) {
      if (needing.includes(id) || using.includes(id)) continue;
      expect([id, result.status]).toEqual([id, before.get(id)?.status]);
      expect(STATUSES).toContain(result.status);
    }
  });
});
