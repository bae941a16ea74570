import { describe, expect, test } from "vitest";
import { links } from "../../../src/checks/links/check.ts";
import type { Verdict } from "../../../src/model/check.ts";
import type { SyncFact } from "../../../src/model/facts.ts";
import { gathered, missing, type Gathered } from "../../../src/model/gathered.ts";
import type { LinksData } from "../../../src/checks/links/data.ts";
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
      "mc link --contexts ctx-a,'<context>' -n istio-eastwest",
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

  test("is not linked to the others of the run for certain, where none of them is", () => {
    for (const syncs of [refused, []]) {
      const both = runMesh(links, { a: unread("a"), b: isolated("b", syncs) });
      expect(messagesOf(both, "fail")).toEqual(["no cluster is linked to another: ctx-a, ctx-b"]);
      expect(notPassed(both)).toEqual(["fail"]);
      expect(unlinkedOf(both)).toEqual(["ctx-a", "ctx-b"]);
    }
  });

  test("is a warning beside others that are linked", () => {
    const three = runMesh(links, {
      a: { changes: healthyFacts("a", ["b"]) },
      b: { changes: healthyFacts("b", ["a"]) },
      c: unread("c"),
    });
    expect(messagesOf(three, "warn")).toEqual([doubt("c")]);
    expect(unlinkedOf(three)).toEqual([]);
  });

  test("fails all the same without the Gateway API, where none can lead to it", () => {
    const changes = { gateways: { served: false, eastWest: [], remote: [] }, syncs: refused };
    expect(notPassed(runMesh(links, { a: { changes } }))).toEqual(["fail"]);
  });
});
