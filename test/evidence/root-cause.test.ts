import { describe, expect, test } from "vitest";
import { check } from "../../src/engine/check.ts";
import { missing } from "../../src/model/gathered.ts";
import type { ClusterReader } from "../../src/model/reader.ts";
import { runCases } from "../support/faulty.ts";
import { recordedClusters } from "../support/scenario.ts";

/*
 * What is at the root of what could not be read is named once, and where it is.
 */

const MESSAGES: Readonly<Record<number, string>> = {
  500: "etcdserver: request timed out",
  503: "storage is (re)initializing",
  504: "Timeout: request did not complete within the allotted timeout",
};

describe("an API server that answers /version and no list", async () => {
  const struck = { name: "lists", match: { method: "GET", path: /^\/apis?\/.*/ } };
  const { outcomes } = await runCases(
    Object.entries(MESSAGES).map(([status, message]) => ({
      struck,
      fault: { kind: "status" as const, status: Number(status), message },
    })),
  );

  test.each(Object.keys(MESSAGES).map((status, index) => [status, index] as const))(
    "as its storage is gone (%s) has a fault of its connection and no other",
    (_status, index) => {
      const outcome = outcomes[index];
      const [cluster] = outcome?.report.clusters ?? [];
      const checks = cluster?.checks ?? [];
      const [connection, ...others] = checks.toSorted(
        (one, other) => Number(other.id === "connection") - Number(one.id === "connection"),
      );
      expect(connection).toMatchObject({ id: "connection", status: "error" });
      expect(connection?.findings).toHaveLength(1);
      expect(connection?.summary).toMatch(/answers \/version, but nothing that it stores/);
      expect(others.length).toBeGreaterThan(10);
      // Other clusters may show that the mesh is of another kind.
      const judged = others.filter(
        ({ findings }) => !findings.some(({ because }) => because && "onlyFor" in because),
      );
      for (const { findings } of judged) {
        expect(findings).toMatchObject([{ severity: "skip", blockedBy: "connection" }]);
      }
      expect(outcome?.code).toBe(1);
    },
  );
});

describe("one list that is forbidden", () => {
  async function reportWithout(plural: string) {
    const [first, second] = await recordedClusters("healthy");
    if (!first || !second) throw new Error("the scenario has two clusters");
    const refusing: ClusterReader = {
      context: first.context,
      kind: first.kind,
      now: () => first.now(),
      connect: () => first.connect(),
      list: (resource, options) =>
        resource.plural === plural
          ? Promise.resolve(missing("forbidden", `${plural} is forbidden`))
          : first.list(resource, options),
      get: (resource, namespace, name) => first.get(resource, namespace, name),
      debug: (target, path) => first.debug(target, path),
      close: () => first.close(),
    };
    return check([refusing, second], { precheck: false, concurrency: 2 });
  }

  test.each([
    ["pods", "pods-istiod"],
    ["deployments", "env-vars"],
    ["gateways", "gateways"],
    ["services", "shared-services"],
  ])("%s is the error of %s, which blocks the others", async (plural, root) => {
    const { clusters } = await reportWithout(plural);
    const errors = (clusters[0]?.checks ?? []).filter(({ status }) => status === "error");
    expect(errors.map(({ id }) => id)).toContain(root);
    for (const { id, findings } of errors) {
      const [finding] = findings;
      expect({ id, blockedBy: finding?.blockedBy }).toEqual({
        id,
        blockedBy: id === root ? undefined : root,
      });
    }
  });
});
