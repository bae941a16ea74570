import { expect, test } from "vitest";
import { versions } from "../../../src/checks/versions/check.ts";
import { clusterRef, istiod, runMesh, type TestMember } from "../../support/facts.ts";
import { commandsOf, messagesOf, notPassed, ofSeverity } from "../../support/verdict.ts";

function running(...tags: string[]): TestMember {
  const judged = tags.map((tag, index) =>
    istiod({
      name: index === 0 ? "istiod" : `istiod-${index}`,
      images: [{ container: "discovery", image: `registry.example/pilot:${tag}` }],
    }),
  );
  return { changes: { istiods: { judged, others: [istiod({ images: [] })] } } };
}

test("healthy", () => {
  const verdict = runMesh(versions);
  expect(notPassed(verdict)).toEqual([]);
  expect(verdict.summary).toBe("istiod is 1.28 everywhere");
  expect(messagesOf(verdict, "pass")).toEqual([
    "ctx-a runs istiod 1.28.5-solo",
    "ctx-b runs istiod 1.28.5-solo",
  ]);
});

test("two minors apart is fine", () => {
  const verdict = runMesh(versions, {
    a: running("1.26.4-solo"),
    b: {},
    c: running("1.27.0-solo"),
  });
  expect(notPassed(verdict)).toEqual([]);
  expect(verdict.summary).toBe("istiod minors are at most two apart");
});

test("three minors apart warns once, naming the ends", () => {
  const verdict = runMesh(versions, {
    a: {},
    b: running("1.25.3-solo"),
    c: running("1.25.1-solo"),
    d: running("1.27.1-solo"),
  });
  expect(notPassed(verdict)).toEqual(["warn"]);
  expect(messagesOf(verdict, "warn")).toEqual([
    "istiod minors are more than two apart: 1.25 in ctx-b, ctx-c, 1.28 in ctx-a",
  ]);
  expect(ofSeverity(verdict, "warn")[0]).toMatchObject({
    cluster: "ctx-b",
    object: { kind: "Deployment", namespace: "istio-system", name: "istiod" },
  });
  expect(commandsOf(verdict, "warn")).toEqual([
    "kubectl --context ctx-b -n istio-system get deployment istiod -o wide",
  ]);
});

test("revisions of one cluster count too", () => {
  expect(notPassed(runMesh(versions, { a: running("1.24.6-solo", "1.28.0-solo"), b: {} }))).toEqual(
    ["warn"],
  );
});

test("a major ahead is too far", () => {
  expect(notPassed(runMesh(versions, { a: running("2.0.0"), b: {} }))).toEqual(["warn"]);
});

test("a version that is not known is not checked", () => {
  const verdict = runMesh(versions, { a: running("latest"), b: running("1.20.0") });
  expect(notPassed(verdict)).toEqual(["info"]);
  expect(messagesOf(verdict, "info")[0]).toMatch(
    /^version of istiod istio-system\/istiod of ctx-a not checked: its tag latest is no version/,
  );
  const none = runMesh(versions, { a: running("latest"), b: running("main") });
  expect(none.summary).toBe("no version of istiod is known");
});

test("no istiod is the fault of another check", () => {
  const verdict = runMesh(versions, { a: running(), b: {} });
  expect(ofSeverity(verdict, "skip")).toMatchObject([{ blockedBy: "ctx-a/pods-istiod" }]);
});

test("one cluster is not compared", () => {
  const alone = runMesh(versions, { a: {} });
  expect(messagesOf(alone, "skip")).toEqual([
    "skipped: only one cluster is checked, so versions are not compared",
  ]);
  const left = runMesh(versions, { a: {} }, { absent: [clusterRef("b")] });
  expect(messagesOf(left, "skip")[0]).toContain("no other cluster could be read");
});
