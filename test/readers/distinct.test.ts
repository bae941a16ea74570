import { describe, expect, it } from "vitest";
import { RESOURCES } from "../../src/model/resource.ts";
import { distinct } from "../../src/readers/distinct.ts";
import { recordedClusters } from "../support/scenario.ts";

describe("clusters that go by one name", () => {
  it("are told apart, and answer as before", async () => {
    const [first] = await recordedClusters("healthy");
    const [second] = await recordedClusters("unlinked");
    if (!first || !second) throw new Error("fixtures are missing");
    const [one, other, third] = distinct([first, second, second]);
    expect(one).toBe(first);
    expect([other?.context, third?.context]).toEqual(["cluster1 (2)", "cluster1 (3)"]);
    expect(other?.contextArgument).toBe("cluster1");
    expect(other?.now()).toBe(second.now());
    expect(await other?.connect()).toEqual(await second.connect());
    expect(await other?.list(RESOURCES.nodes)).toEqual(await second.list(RESOURCES.nodes));
    expect(await other?.get(RESOURCES.namespaces, "", "default")).toMatchObject({ ok: true });
    const target = { namespace: "istio-system", pod: "nobody", port: 15014 };
    expect(await other?.debug(target, "/debug/license")).toMatchObject({ ok: false });
    other?.renew?.();
    await other?.close();
  });
});
