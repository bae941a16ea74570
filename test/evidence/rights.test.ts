import { describe, expect, test } from "vitest";
import { check } from "../../src/engine/check.ts";
import type { ClusterReader } from "../../src/model/reader.ts";
import type { Finding, Report, Result } from "../../src/model/report.ts";
import { RESOURCES } from "../../src/model/resource.ts";
import { altered, isCalled } from "../support/altered.ts";
import { restricted, type Rights } from "../support/rights.ts";
import { recordedClusters, SCENARIO_NAMES } from "../support/scenario.ts";

/*
 * Who may read less finds no fault that is not there, and is told of what was not looked at: for every
 * scenario, every set of namespaces with rights, and each type of objects by itself.
 */

interface Place {
  id: string;
  /** Absent for a check across clusters. */
  context?: string;
  result: Result;
}

const FAULTS: ReadonlySet<string> = new Set(["fail", "warn"]);
const UNREAD =
  /forbidden|could be read|were read|not checked|not known|not compared|no cluster could be/;

function places({ clusters, mesh }: Report): Place[] {
  return [
    ...clusters.flatMap(({ context, checks }) =>
      checks.map((result) => ({ id: result.id, context, result })),
    ),
    ...mesh.map((result) => ({ id: result.id, result })),
  ];
}

const keyOf = ({ id, context }: Place): string => `${context ?? "mesh"}/${id}`;

/** In the same words, or of the same object: the cause may be seen less closely. */
function isSameFault(id: string, one: Finding, other: Finding): boolean {
  // Without Secrets roots are compared, of each pair both ways.
  if (one.message === other.message || id === "certs") return true;
  const { object, cluster } = one;
  return cluster === other.cluster && JSON.stringify(object) === JSON.stringify(other.object);
}

/** What a report says that one with fewer rights must not say, and what it hides. */
export function differences(full: Report, less: Report): string[] {
  const before = new Map(places(full).map((place) => [keyOf(place), place.result]));
  return places(less).flatMap((place) => {
    const key = keyOf(place);
    const known = before.get(key)?.findings ?? [];
    const { findings } = place.result;
    const has = (list: readonly Finding[], finding: Finding): boolean =>
      list.some((one) => one.severity === finding.severity && isSameFault(place.id, one, finding));
    const invented = findings.filter(
      (one) => FAULTS.has(one.severity) && !has(known, one) && !UNREAD.test(one.message),
    );
    const hidden = known.filter((one) => FAULTS.has(one.severity) && !has(findings, one));
    const isSaid = findings.some(
      ({ severity, message, blockedBy }) =>
        severity === "error" || UNREAD.test(message) || blockedBy !== undefined,
    );
    return [
      ...invented.map(({ severity, message }) => `${key} invents ${severity}: ${message}`),
      ...(isSaid ? [] : hidden.map(({ message }) => `${key} hides: ${message}`)),
    ];
  });
}

async function namespacesOf(readers: readonly ClusterReader[]): Promise<string[]> {
  const lists = await Promise.all(
    readers.flatMap((reader) =>
      Object.values(RESOURCES)
        .filter(({ namespaced }) => namespaced)
        .map((resource) => reader.list(resource)),
    ),
  );
  const names = lists.flatMap((list) =>
    list.ok
      ? list.value.flatMap(({ metadata }) => (metadata as { namespace?: string }).namespace ?? [])
      : [],
  );
  return [...new Set(names)].toSorted();
}

function subsets(names: readonly string[]): string[][] {
  return names.reduce<string[][]>(
    (all, name) => [...all, ...all.map((one) => [...one, name])],
    [[]],
  );
}

/** Those in which it matters of which type something is not read. */
const BY_TYPE: ReadonlySet<string> = new Set([
  "broken",
  "split-namespaces",
  "two-revisions",
  "unlinked",
  "stale-entries",
]);

const REQUEST = { precheck: false, concurrency: 8 };

describe("who may read some namespaces of a mesh whose ztunnel is in another", async () => {
  const readers = (await recordedClusters("healthy")).map((reader) =>
    altered(reader, (object) => {
      const { metadata } = object as { metadata: Record<string, unknown> };
      return isCalled(object, "Pod", /^ztunnel-/) || isCalled(object, "DaemonSet", /^ztunnel$/)
        ? { ...object, metadata: { ...metadata, namespace: "kube-system" } }
        : object;
    }),
  );

  async function findingsOf(...namespaces: string[]): Promise<Finding[]> {
    const allowed = new Set(namespaces);
    const report = await check(
      readers.map((reader) =>
        restricted(
          reader,
          () => allowed,
          (namespace, object) => {
            const { metadata } = object as { metadata: { namespace?: string } };
            return namespace === undefined || metadata.namespace === namespace;
          },
        ),
      ),
      REQUEST,
    );
    return places(report).flatMap(({ result }) => result.findings);
  }

  test("is told that it is not known, and what would allow to read it", async () => {
    const findings = await findingsOf("istio-system", "istio-eastwest");
    expect(findings.filter(({ severity }) => severity === "fail")).toEqual([]);
    const about = findings.find(({ message }) => message.includes("no ztunnel pod"));
    expect(about).toMatchObject({ severity: "error", cluster: "cluster1" });
    expect(about?.message).toMatch(
      /^not known: no ztunnel pod in any namespace.*; but of cluster1 only namespaces .* could be read for .*pods/,
    );
    expect(about?.remediation?.commands.join(" ")).toMatch(/create clusterrole .*--resource=pods/);
  });

  test("is not told to install what may be there", async () => {
    const findings = await findingsOf("istio-eastwest");
    expect(findings.filter(({ severity }) => severity === "fail")).toEqual([]);
    const commands = findings.flatMap(({ remediation }) => remediation?.commands ?? []);
    expect(
      commands.filter((line) => /helm|istioctl|mc (expose|link)|create namespace/.test(line)),
    ).toEqual([]);
  });
});

describe.each(SCENARIO_NAMES)("%s", async (scenario) => {
  const readers = await recordedClusters(scenario);
  const names = await namespacesOf(readers);
  const full = await check(readers, REQUEST);

  async function compare(rights: Rights): Promise<string[]> {
    const all = readers.map((reader) => restricted(reader, rights));
    const [first, ...others] = readers;
    const one = first ? [restricted(first, rights), ...others] : [];
    const reports = await Promise.all([all, one].map((some) => check(some, REQUEST)));
    return reports.flatMap((less) => differences(full, less));
  }

  test("with rights in some namespaces only", async () => {
    for (const some of subsets(names)) {
      const allowed = new Set(some);
      expect({ some, wrong: await compare(() => allowed) }).toEqual({ some, wrong: [] });
    }
  });

  test.runIf(BY_TYPE.has(scenario)).each(Object.keys(RESOURCES) as (keyof typeof RESOURCES)[])(
    "without %s, or with those of one namespace",
    async (key) => {
      for (const some of [[], ...names.map((name) => [name])]) {
        const allowed = new Set(some);
        const wrong = await compare(({ plural }) =>
          plural === RESOURCES[key].plural ? allowed : "all",
        );
        expect({ some, wrong }).toEqual({ some, wrong: [] });
      }
    },
  );
});
