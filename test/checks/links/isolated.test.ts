import { describe, expect, test } from "vitest";
import { links } from "../../../src/checks/mesh/links.ts";
import type { Verdict } from "../../../src/model/check.ts";
import type { SyncFact } from "../../../src/model/facts.ts";
import { gathered, missing, type Gathered } from "../../../src/model/gathered.ts";
import type { LinksData } from "../../../src/model/links.ts";
import { healthyFacts, runMesh, type TestMember } from "../../support/facts.ts";
import { commandsOf, messagesOf, notPassed, ofSeverity } from "../../support/verdict.ts";

function sync(answer: SyncFact["answer"]): SyncFact {
  return { namespace: "istio-system", pod: "istiod-1", answer };
}

/** A cluster without remote Gateways. */
function isolated(id: string, syncs: SyncFact[] | Gathered<SyncFact[]>): TestMember {
  return { changes: { gateways: healthyFacts(id, []).gateways, syncs } };
}

function unlinkedOf({ data }: Verdict): string[] {
  return (data as LinksData).unlinked;
}

describe("a cluster without a link of its own whose /debug/syncz could not be read", () => {
  const cause = "pods/portforward is forbidden";
  const refused = [sync(missing("forbidden", cause))];
  const unread = (id: string): TestMember => isolated(id, refused);
  const doubt = (id: string, why = cause): string =>
    `ctx-${id} has no remote Gateway for another cluster; whether a link leads to it is not known, as its /debug/syncz could not be read: ${why}`;

  test("is a warning, in a run of one too", () => {
    const verdict = runMesh(links, { a: unread("a") });
    expect(notPassed(verdict)).toEqual(["warn"]);
    expect(verdict.summary).toBe(doubt("a"));
    expect(ofSeverity(verdict, "warn")[0]?.cluster).toBe("ctx-a");
    expect(commandsOf(verdict, "warn")).toEqual([
      "mc link --contexts ctx-a,<context> -n istio-eastwest",
    ]);
    expect(unlinkedOf(verdict)).toEqual([]);
  });

  test.each([
    ["of pods that could not be listed", missing("timeout", "timed out"), "timed out"],
    ["not in the recording", [sync(missing("not-recorded", "no syncz"))], "no syncz"],
    ["of one replica of two", [sync(gathered([])), sync(missing("not-found", "gone"))], "gone"],
  ])("%s", (_what, syncs, why) => {
    const verdict = runMesh(links, { a: isolated("a", syncs) });
    expect(messagesOf(verdict, "warn")).toEqual([doubt("a", why)]);
    expect(notPassed(verdict)).toEqual(["warn"]);
  });

  test("is said of each such cluster, and fails for the others", () => {
    const both = runMesh(links, { a: unread("a"), b: unread("b") });
    expect(messagesOf(both, "warn")).toEqual([doubt("a"), doubt("b")]);
    const one = runMesh(links, { a: unread("a"), b: isolated("b", []) });
    expect(messagesOf(one, "warn")).toEqual([doubt("a")]);
    expect(messagesOf(one, "fail")).toEqual(["ctx-b has no link in either direction"]);
    expect(unlinkedOf(one)).toEqual(["ctx-b"]);
  });

  test("fails all the same without the Gateway API, where none can lead to it", () => {
    const changes = { gateways: { served: false, eastWest: [], remote: [] }, syncs: refused };
    expect(notPassed(runMesh(links, { a: { changes } }))).toEqual(["fail"]);
  });
});
