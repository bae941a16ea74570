import { afterAll, describe, expect, it } from "vitest";
import { check } from "../../src/engine/check.ts";
import { rbacDocuments, type RbacOptions } from "../../src/engine/rbac.ts";
import type { Report, Result } from "../../src/model/report.ts";
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
  certs: false,
  spire: { namespaces: ["spire-server"], secrets: ["spiffe-upstream-ca"] },
};

const opened: LiveScenario[] = [];

afterAll(async () => {
  for (const scenario of opened.splice(0)) await scenario.close();
});

async function reportFor(scenario: string, allowOnly: AccessRules): Promise<Report> {
  const live = await liveClusters(scenario, { users: [{ name: USER, allowOnly }] });
  opened.push(live);
  return check(live.readers, { precheck: false, concurrency: 16 });
}

function rules(options: Partial<RbacOptions> = {}): NamedRule[] {
  return rulesOfRoles(rbacDocuments({ ...OPTIONS, ...options }));
}

const allowing = (some: readonly NamedRule[]): AccessRules => some.map(({ rule }) => rule);

function anonymous(report: Report): unknown {
  return JSON.parse(JSON.stringify(timeless(report)).replaceAll(/ as [\w:-]+/g, " as someone"));
}

function ofSpire({ clusters, mesh }: Report): Result[] {
  return [...clusters.flatMap(({ checks }) => checks), ...mesh].filter(({ id }) =>
    id.startsWith("spire"),
  );
}

const isOfSpire = ({ rule }: NamedRule): boolean =>
  rule.namespace === "spire-server" || rule.group === "spire.spiffe.io";

describe("mc rbac --with-spire", () => {
  it.each(["spire", "spire-broken"])("%s: allows what an administrator sees", async (scenario) => {
    const [allowed, admin] = await Promise.all([
      reportFor(scenario, allowing(rules())),
      reportFor(scenario, [{}]),
    ]);
    expect(anonymous(allowed)).toEqual(anonymous(admin));
  });

  it("is the least: without any one of its rules something was not read, and nothing is a fault", async () => {
    const own = rules().filter(isOfSpire);
    expect(own.map(({ name }) => name)).toEqual([
      "list clusterfederatedtrustdomains",
      "list clusterspiffeids",
      "list clusterstaticentries",
      "get configmaps in spire-server",
      "get secrets spiffe-upstream-ca in spire-server",
    ]);
    const admin = JSON.stringify(
      ofSpire(await reportFor("spire-broken", [{}])).map(({ findings }) => findings),
    );
    for (const left of own) {
      const less = await reportFor(
        "spire",
        allowing(rules().filter((one) => one.name !== left.name)),
      );
      const statuses = ofSpire(less).map(({ status }) => status);
      expect([left.name, statuses.filter((one) => !["pass", "info"].includes(one))]).toEqual([
        left.name,
        [],
      ]);
      const broken = await reportFor(
        "spire-broken",
        allowing(rules().filter((one) => one.name !== left.name)),
      );
      const found = JSON.stringify(ofSpire(broken).map(({ findings }) => findings));
      expect([left.name, found === admin]).toEqual([left.name, false]);
    }
  });

  it("without it each check says in one line what was not read", async () => {
    const { spire: _spire, ...without } = OPTIONS;
    const report = await reportFor("spire", allowing(rulesOfRoles(rbacDocuments(without))));
    for (const { status, findings } of ofSpire(report)) {
      expect(["info", "pass"]).toContain(status);
      const messages = findings.filter(({ severity }) => severity === "info");
      expect(messages.length).toBeGreaterThan(0);
      for (const { message } of messages) expect(message).toMatch(/not checked/);
    }
  });

  it("with --deep asks one ztunnel of each cluster, and says what it has no certificate for", async () => {
    const identity = "spiffe://cluster1/ns/bookinfo/sa/reviews";
    const certificates = [{ identity, state: "Unavailable: no identity issued" }];
    const live = await liveClusters("spire", {
      users: [{ name: USER, allowOnly: allowing(rules()) }],
      debug: { "istio-system/ztunnel-60b55/15000/config_dump": { certificates } },
    });
    opened.push(live);
    const asked = (): string[] =>
      live.servers.flatMap(({ requests }) =>
        requests.map(({ path }) => path).filter((path) => /ztunnel-.*portforward/.test(path)),
      );
    const request = { precheck: false, concurrency: 16, only: new Set(["spire-registration"]) };
    const found = ofSpire(await check(live.readers, request)).flatMap(({ findings }) => findings);
    expect(found.filter(({ severity }) => severity !== "pass")).toEqual([]);
    expect(asked()).toEqual([]);
    const deep = ofSpire(await check(live.readers, { ...request, deep: true }));
    expect(
      deep.flatMap(({ findings }) => findings).filter(({ severity }) => severity !== "pass"),
    ).toEqual([
      expect.objectContaining({
        severity: "fail",
        message: `ztunnel istio-system/ztunnel-60b55 has no certificate for ${identity}: Unavailable: no identity issued`,
      }),
    ]);
    expect(asked()).toHaveLength(2);
  });

  it("gives nothing away beside", () => {
    const { spire: _spire, ...without } = OPTIONS;
    const before = new Set(rulesOfRoles(rbacDocuments(without)).map(({ name }) => name));
    expect(
      rules()
        .filter(({ name }) => !before.has(name))
        .every(isOfSpire),
    ).toBe(true);
  });
});
