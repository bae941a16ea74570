import { describe, expect, it } from "vitest";
import { check, type CheckRequest } from "../../../src/engine/check.ts";
import { array, at, record } from "../../../src/lib/json.ts";
import { gathered, missing, type Gathered } from "../../../src/model/gathered.ts";
import type { LogTarget, PodLog } from "../../../src/model/log.ts";
import type { RawObject } from "../../../src/model/reader.ts";
import type { Finding, Report } from "../../../src/model/report.ts";
import { altered } from "../../support/altered.ts";
import { line, logOf, type Logs, withLogs } from "../../support/logs.ts";
import { recordedClusters } from "../../support/scenario.ts";

const REQUEST: CheckRequest = { precheck: false, concurrency: 4 };
const WARN = "warn deltaadsc disconnected, retrying in 1m0s: ";
const UNTRUSTED = `${WARN}x509: certificate signed by unknown authority`;
const TIMEOUT = `${WARN}dial tcp 192.0.2.99:15012: i/o timeout`;

type Change = (object: RawObject) => RawObject;

/** The peers' conditions say no more than that they are not met; `changes` may change them further. */
function silent(changes: Readonly<Record<string, unknown>> = {}): Change {
  return (object) => {
    if (at(object, "spec", "gatewayClassName") !== "istio-remote") return object;
    const status = record(object["status"]);
    const conditions = array(status["conditions"]).map((one) =>
      at(one, "status") === "False" ? { ...record(one), message: "Disconnected", ...changes } : one,
    );
    return { ...object, status: { ...status, conditions } };
  };
}

interface Run {
  report: Report;
  /** By cluster. */
  asked: LogTarget[][];
}

async function run(
  scenario: string,
  logs: readonly Logs[],
  { change = (object) => object, ...request }: Partial<CheckRequest> & { change?: Change } = {},
): Promise<Run> {
  const readers = (await recordedClusters(scenario)).map((one) => altered(one, change));
  const given = readers.map((reader, index) => withLogs(reader, logs[index] ?? {}));
  const report = await check(
    given.map(({ reader }) => reader),
    { ...REQUEST, ...request },
  );
  return { report, asked: given.map(({ asked }) => asked) };
}

function findingsOf({ clusters, mesh }: Report, id: string, context?: string): Finding[] {
  const results = clusters.find((one) => one.context === context)?.checks ?? mesh;
  return results.find((one) => one.id === id)?.findings ?? [];
}

const peersOf = (report: Report, context = "cluster1"): Finding[] =>
  findingsOf(report, "peers", context);

const all = (report: Report): Finding[] =>
  [...report.clusters.flatMap(({ checks }) => checks), ...report.mesh].flatMap(
    ({ findings }) => findings,
  );

describe("logs are asked for", () => {
  it("not where all is well", async () => {
    const { asked } = await run("healthy", []);
    expect(asked).toEqual([[], []]);
  });

  it("not for faults that no log explains", async () => {
    const { asked } = await run("root-rotation", []);
    expect(asked).toEqual([[], []]);
  });

  it("never, when so asked", async () => {
    const { report, asked } = await run("stale-address", [], { logs: "never" });
    expect(report.outcome).toBe("fail");
    expect(asked).toEqual([[], []]);
  });

  it("of the istiods of both ends of a broken link, each once", async () => {
    const { asked } = await run("stale-address", []);
    expect(asked).toEqual([
      [{ namespace: "istio-system", pod: "istiod-6d9cdf88cf-3c682", container: "discovery" }],
      [{ namespace: "istio-system", pod: "istiod-6d9cdf88cf-6625e", container: "discovery" }],
    ]);
  });

  it("of the pods that fail, by the container that does", async () => {
    const { asked } = await run("broken", []);
    expect(
      asked.map((targets) => targets.map(({ pod, container }) => `${pod}/${container}`)),
    ).toEqual([
      // Its istiod may say why it lets the other cluster's in no more.
      ["ztunnel-60b55/istio-proxy", "istiod-6d9cdf88cf-3c682/discovery"],
      ["istiod-6d9cdf88cf-6625e/discovery", "istio-eastwest-857b77fc5d-0206a/istio-proxy"],
    ]);
  });

  it("of ztunnel where traffic has no way", async () => {
    const change: Change = (object) =>
      silent()(
        JSON.parse(
          JSON.stringify(object).replaceAll(
            /("type":"gloo.solo.io\/Peer(?:Connected|ingSucceeded)","status":)"False"/g,
            '$1"True"',
          ),
        ) as RawObject,
      );
    const blocked =
      'error access connection complete dst.addr=192.0.2.99:15008 error="connection timed out, maybe a NetworkPolicy is blocking HBONE port 15008: deadline has elapsed"';
    const elsewhere = blocked.replace("192.0.2.99", "10.244.0.9");
    const logs = { "ztunnel-": logOf(line("11:57", blocked), line("11:59", elsewhere)) };
    const { report, asked } = await run("stale-address", [logs], { change });
    expect(asked[0]?.map(({ pod }) => pod.split("-")[0])).toEqual(["istiod", "ztunnel"]);
    expect(peersOf(report)[0]?.evidence).toMatchObject([{ signature: "hbone-blocked", count: 1 }]);
  });

  it("of the pods of a workload that is at fault", async () => {
    const refused =
      'warn xds::client XDS client error: gRPC error status: Unauthenticated, message: "authentication failure"';
    const { report } = await run("ztunnel-cluster-id", [
      { "ztunnel-": logOf(line("11:57", refused)) },
    ]);
    const found = findingsOf(report, "cluster-identity").filter(({ evidence }) => evidence);
    expect(found).toMatchObject([
      { cluster: "cluster1", evidence: [{ signature: "refused-by-istiod", count: 1 }] },
    ]);
  });
});

describe("what logs say", () => {
  const told = (...lines: PodLog["lines"]): Logs[] => [{ "istiod-": logOf(...lines) }];

  it("is under the finding: the newest line of each kind, how many there are, and since when", async () => {
    const { report } = await run(
      "stale-address",
      told(
        line("11:51", TIMEOUT),
        line("11:53", `${TIMEOUT} again`),
        line("11:55", `${WARN}dial tcp 192.0.2.99:15012: connect: no route to host`),
        line("11:56", "info deltaadsc of no known kind"),
      ),
    );
    expect(peersOf(report)[0]?.evidence).toEqual([
      {
        signature: "no-route",
        meaning: expect.stringMatching(/^There is no way .*\.$/) as string,
        cluster: "cluster1",
        namespace: "istio-system",
        pod: "istiod-6d9cdf88cf-3c682",
        container: "discovery",
        line: `${WARN}dial tcp 192.0.2.99:15012: connect: no route to host`,
        time: "2026-01-15T11:55:00.000Z",
        count: 1,
        since: "2026-01-15T11:49:42.000Z",
      },
      expect.objectContaining({
        signature: "timed-out",
        line: `${TIMEOUT} again`,
        time: "2026-01-15T11:53:00.000Z",
        count: 2,
      }),
    ]);
    expect(all(report).filter(({ evidence }) => evidence)).toHaveLength(1);
  });

  it("changes no status and no count", async () => {
    const { report } = await run("stale-address", told(line("11:55", TIMEOUT)));
    const { report: without } = await run("stale-address", [], { logs: "never" });
    expect(report.summary).toEqual(without.summary);
    expect(report.outcome).toBe(without.outcome);
  });

  it("before the link was made does not count, nor before it was last connected", async () => {
    const { report } = await run("stale-address", told(line("11:40", TIMEOUT)));
    expect(peersOf(report)[0]?.evidence).toBeUndefined();
    const change = silent({ lastTransitionTime: "2026-01-15T11:57:30Z" });
    const later = await run("stale-address", told(line("11:55", UNTRUSTED)), { change });
    expect(peersOf(later.report)[0]?.evidence).toBeUndefined();
    const about = await run("stale-address", told(line("11:57", UNTRUSTED)), { change });
    expect(peersOf(about.report)[0]?.evidence).toMatchObject([
      { count: 1, since: "2026-01-15T11:56:30.000Z" },
    ]);
  });

  it("of an address that the peer had before is about another link", async () => {
    const old = `${WARN}dial tcp 192.0.2.77:15012: i/o timeout`;
    const { report } = await run("stale-address", told(line("11:55", old)));
    expect(peersOf(report)[0]?.evidence).toBeUndefined();
  });

  it("is cut around what matters where it is long", async () => {
    const long = `${WARN}${"x".repeat(400)} certificate signed by unknown authority ${"y".repeat(400)}`;
    const { report } = await run("stale-address", told(line("11:55", long)), { change: silent() });
    const [found] = peersOf(report)[0]?.evidence ?? [];
    expect(found?.line).toMatch(
      /^warn deltaadsc .* … x+ certificate signed by unknown authority…$/,
    );
    expect(found?.line.length).toBeLessThan(300);
    const early = `${UNTRUSTED} ${"y".repeat(400)}`;
    const other = await run("stale-address", told(line("11:55", early)), { change: silent() });
    expect(peersOf(other.report)[0]?.evidence?.[0]?.line).toMatch(/^warn deltaadsc .*y…$/);
  });

  it("is at most three kinds, the newest", async () => {
    const kinds = ["no such host", "connection refused", "no route to host", "i/o timeout"];
    const lines = kinds.map((kind, index) => line(`11:5${index}`, WARN + kind));
    const { report } = await run("stale-address", told(...lines), { change: silent() });
    const signatures = peersOf(report)[0]?.evidence?.map(({ signature }) => signature);
    expect(signatures).toEqual(["timed-out", "no-route", "connection-refused"]);
  });

  it("of the peer's istiod explains that it lets nobody of this trust domain in", async () => {
    const refused = "info Could not verify certificate: no cert pool found for trust domain ";
    const other = { "istiod-": logOf(line("11:58", `${refused}other.local`)) };
    const { report: unexplained } = await run("roots-differ", [{}, other]);
    expect(peersOf(unexplained)[0]?.evidence).toBeUndefined();
    const ours = { "istiod-": logOf(line("11:58", `${refused}cluster.local`)) };
    const { report } = await run("roots-differ", [{}, ours]);
    expect(peersOf(report)[0]?.evidence).toMatchObject([
      { signature: "no-cert-pool", cluster: "cluster2", pod: "istiod-6d9cdf88cf-6625e" },
    ]);
    expect(peersOf(report, "cluster2")[0]?.evidence).toBeUndefined();
  });

  it("is of all that was read where nothing says since when the link is as it is", async () => {
    const silenced = silent({ lastTransitionTime: undefined });
    const change: Change = (object) => {
      const metadata = { ...record(object["metadata"]), creationTimestamp: undefined };
      return silenced({ ...object, metadata });
    };
    const { report } = await run("stale-address", told(line("11:05", UNTRUSTED)), { change });
    expect(peersOf(report)[0]?.evidence).toMatchObject([
      { count: 1, since: "2026-01-15T11:00:00.000Z" },
    ]);
  });

  it("is nothing that explains only the faults of another check", async () => {
    const bind = line("11:58", "error ztunnel failed to bind to address [::]:15021");
    const { report } = await run("ztunnel-cluster-id", [{ "ztunnel-": logOf(bind) }]);
    const found = findingsOf(report, "cluster-identity");
    expect(found.some(({ severity }) => severity === "fail")).toBe(true);
    expect(found.some(({ evidence }) => evidence)).toBe(false);
  });

  it("ends where it does, when what matters is at its end", async () => {
    const long = `${WARN}${"x".repeat(400)} certificate signed by unknown authority`;
    const { report } = await run("stale-address", told(line("11:55", long)), { change: silent() });
    expect(peersOf(report)[0]?.evidence?.[0]?.line).toMatch(
      /… x+ certificate signed by unknown authority$/,
    );
  });

  it("says since when lines count only where that is known", async () => {
    const log = gathered({ lines: [line("11:58", "error ztunnel failed to bind to address x")] });
    const { report } = await run("broken", [{ "ztunnel-": log }]);
    const [found] = findingsOf(report, "pods-ztunnel", "cluster1");
    expect(found?.evidence).toMatchObject([{ signature: "cannot-bind", count: 1 }]);
    expect(found?.evidence?.[0]).not.toHaveProperty("since");
  });

  it("is of a pod what it says itself", async () => {
    const { report } = await run("broken", [
      { "ztunnel-": logOf(line("11:58", "error ztunnel failed to bind to address [::]:15021")) },
    ]);
    const [found] = findingsOf(report, "pods-ztunnel", "cluster1");
    expect(found?.evidence).toMatchObject([
      { signature: "cannot-bind", since: "2026-01-15T11:00:00.000Z" },
    ]);
  });
});

describe("a cause that the conditions leave open", () => {
  const untrusted = [{ "istiod-": logOf(line("11:51", TIMEOUT), line("11:58", UNTRUSTED)) }];

  it("is the one that the newest line tells of", async () => {
    const change = silent();
    const { report: before } = await run("stale-address", untrusted, { change, logs: "never" });
    expect(peersOf(before)[0]?.message).toMatch(/: not connected: /);
    const { report } = await run("stale-address", untrusted, { change });
    const [found] = peersOf(report);
    expect(found?.message).toMatch(/: not connected, as a certificate is not trusted: /);
    expect(found?.evidence?.map(({ signature }) => signature)).toEqual([
      "unknown-authority",
      "timed-out",
    ]);
    const links = report.mesh.find(({ id }) => id === "links");
    expect(JSON.stringify(links?.data)).toContain('"trouble":"untrusted"');
    expect(report.summary).toEqual(before.summary);
  });

  it("stays open where no log tells", async () => {
    const { report } = await run("stale-address", [{ "istiod-": logOf() }], { change: silent() });
    expect(peersOf(report)[0]?.message).toMatch(/: not connected: /);
  });

  it("is that of the conditions where these say one", async () => {
    const { report } = await run("stale-address", untrusted);
    expect(peersOf(report)[0]?.message).toMatch(/: not connected: .*i\/o timeout/);
    const links = report.mesh.find(({ id }) => id === "links");
    expect(JSON.stringify(links?.data)).toContain('"trouble":"unreachable"');
  });

  it("takes what it blocks with it: who is not reached does not distrust", async () => {
    const logs = [1, 2].map(() => ({ "istiod-": logOf(line("11:58", `${WARN}i/o timeout`)) }));
    const { report } = await run("roots-differ", logs, { change: silent() });
    expect(peersOf(report)[0]?.blockedBy).toBeUndefined();
    const { report: silentLogs } = await run("roots-differ", [], { change: silent() });
    expect(peersOf(silentLogs)[0]?.blockedBy).toBe("certs");
  });
});

describe("logs that could not be read", () => {
  const refusal: Gathered<PodLog> = missing(
    "forbidden",
    'pods "istiod-6d9cdf88cf-3c682" is forbidden: User "viewer" cannot get resource "pods/log" in API group "" in the namespace "istio-system"',
    { verb: "get", group: "", resource: "pods/log", namespace: "istio-system", name: "x" },
  );

  it("are one note, with what would allow it, and nothing else", async () => {
    const { report } = await run("roots-differ", [{ "": refusal }, { "": refusal }]);
    const { report: without } = await run("roots-differ", [], { logs: "never" });
    const known = new Set(all(without).map(({ message }) => message));
    const added = all(report).filter(({ message }) => !known.has(message));
    expect(added).toHaveLength(1);
    expect(added).toMatchObject([
      {
        severity: "info",
        message: expect.stringMatching(
          /^logs that may tell more were not read: cluster1: pods .* is forbidden: .*; cluster2: pods .* is forbidden/,
        ) as string,
      },
    ]);
    expect(added[0]?.remediation?.commands).toEqual([
      "kubectl --context cluster1 -n istio-system create role mc-pods-log --verb=get --resource=pods/log",
      "kubectl --context cluster1 -n istio-system create rolebinding mc-pods-log --role=mc-pods-log --user=mesh-admin",
      "kubectl --context cluster2 -n istio-system create role mc-pods-log --verb=get --resource=pods/log",
      "kubectl --context cluster2 -n istio-system create rolebinding mc-pods-log --role=mc-pods-log --user=mesh-admin",
    ]);
    expect(peersOf(report).at(-1)).toBe(added[0]);
    expect(report.summary).toEqual(without.summary);
  });

  it.each(["not-found", "not-recorded"] as const)(
    "as there are none: %s says nothing",
    async (why) => {
      const { report } = await run("roots-differ", [{ "": missing(why, "none") }]);
      expect(all(report).some(({ message }) => message.includes("logs"))).toBe(false);
    },
  );

  it("in time are a note, too", async () => {
    const late = missing("timeout", "no answer within 30s");
    const { report } = await run("stale-address", [{ "": late }]);
    expect(peersOf(report).at(-1)?.message).toBe(
      "logs that may tell more were not read: cluster1: no answer within 30s",
    );
  });
});

describe("logs that are always read", () => {
  it("say what explains no fault as information", async () => {
    const logs = [
      {
        "istiod-": logOf(line("11:58", UNTRUSTED)),
        "ztunnel-": logOf(line("11:58", "warn xds XDS client connection error: x")),
        "istio-cni": logOf(line("11:58", "error cni-agent installer failed: x")),
      },
    ];
    const { report, asked } = await run("healthy", logs, { logs: "always" });
    expect(report.outcome).toBe("pass");
    expect(asked.map((targets) => targets.length)).toEqual([4, 4]);
    const notes = all(report).filter(({ evidence }) => evidence);
    expect(notes.map(({ severity, message }) => `${severity}: ${message.slice(0, 40)}`)).toEqual([
      "info: the log of istio-system/ztunnel-60b55 ha",
      "info: the log of istio-system/istio-cni-node-c",
      "info: the log of istio-system/istiod-6d9cdf88c",
    ]);
    expect(peersOf(report).at(-1)?.evidence).toMatchObject([{ signature: "unknown-authority" }]);
  });

  it("say nothing twice", async () => {
    const logs = [{ "istiod-": logOf(line("11:58", TIMEOUT)) }];
    const { report } = await run("stale-address", logs, { logs: "always" });
    expect(all(report).filter(({ evidence }) => evidence)).toHaveLength(1);
  });

  it("and may not be are one note", async () => {
    const { report } = await run("healthy", [{ "": missing("unreachable", "no way") }], {
      logs: "always",
    });
    expect(all(report).filter(({ message }) => message.startsWith("logs that"))).toHaveLength(1);
  });
});
