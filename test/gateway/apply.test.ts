import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { apply } from "../../src/gateway/apply.ts";
import { comparable, unifiedDiff } from "../../src/gateway/comparable.ts";
import {
  gatewayName,
  plan,
  type Planned,
  type Wanted,
  withNamespace,
} from "../../src/gateway/plan.ts";
import { peerGateways } from "../../src/gateway/remote-peer.ts";
import { undoCommand } from "../../src/gateway/undo.ts";
import type { WritableCluster } from "../../src/model/cluster.ts";
import { gathered, missing } from "../../src/model/gathered.ts";
import type { RawObject } from "../../src/model/reader.ts";
import type { ApplyOptions, Written } from "../../src/model/writer.ts";
import { clusterRef } from "../support/facts.ts";
import { APPLIED_BY_MC, storedGateway, writer } from "../support/writer.ts";

type Refused = Extract<Written<RawObject>, { ok: false }>;

const [GATEWAY] = peerGateways(
  { context: "ctx-a", existing: [] },
  [
    {
      context: "ctx-b",
      clusterId: "b",
      network: "net-b",
      trustDomain: "cluster.local",
      gatewayName: "istio-eastwest",
      address: { type: "IPAddress", value: "192.0.2.20" },
    },
  ],
  false,
);
if (!GATEWAY) throw new Error("there is no Gateway");
const MANIFEST = withNamespace(GATEWAY.manifest, "istio-eastwest");
const NAME = "istio-eastwest/istio-remote-peer-net-b";
const ABSENT = missing("not-found", "gateways not found");

function wanted(changes: Partial<WritableCluster> = {}): Wanted {
  const target = { name: "ctx-b", network: "net-b" };
  const own = { get: async () => ABSENT, ...changes };
  return { ref: clusterRef("a"), writer: writer(own), manifest: MANIFEST, target };
}

function refused(changes: Partial<Refused>): Refused {
  return {
    ok: false,
    why: "forbidden",
    detail: "no",
    request: { verb: "patch", group: "gateway.networking.k8s.io", resource: "gateways" },
    warnings: [],
    conflicts: [],
    ...changes,
  };
}

/** How the API server has it, applied by mc, with a change. */
function stored(change: (object: ReturnType<typeof storedGateway>) => void = () => undefined) {
  const object = storedGateway({ ...MANIFEST });
  change(object);
  return object;
}

const STATUSES = { force: false };

async function actionFor(before: RawObject, after: RawObject = stored()): Promise<string> {
  const { planned } = await plan(
    [
      wanted({
        get: async () => gathered(before),
        apply: async () => ({ ok: true, value: after, warnings: [] }),
      }),
    ],
    STATUSES,
  );
  return planned[0]?.action ?? "none";
}

describe("plan", () => {
  it("tries everything without writing anything", async () => {
    const asked: ApplyOptions[] = [];
    const one = wanted({
      apply: async (_resource, object, options = {}) => {
        asked.push(options);
        return { ok: true, value: object, warnings: ["deprecated"] };
      },
    });
    const { planned, problems } = await plan([one, one], { force: true });
    expect(asked).toEqual([
      { force: true, dryRun: true },
      { force: true, dryRun: true },
    ]);
    expect(problems).toEqual([]);
    expect(planned.map(({ action, warnings }) => [action, warnings])).toEqual([
      ["create", ["deprecated"]],
      ["create", ["deprecated"]],
    ]);
  });

  it("takes what the server adds for no change", async () => {
    expect(await actionFor(stored())).toBe("unchanged");
    const later = { ...stored(), status: { conditions: [{ type: "Accepted", status: "True" }] } };
    expect(await actionFor(later)).toBe("unchanged");
  });

  it.each([
    [undefined, ""],
    [["example.com/hold"], ", held by finalizer example.com/hold"],
  ])("writes nothing to what is being deleted: %j", async (finalizers, held) => {
    const metadata = {
      ...(stored()["metadata"] as object),
      deletionTimestamp: "2026-01-15T12:00:00Z",
      finalizers,
    };
    const one = wanted({
      get: async () => gathered({ ...stored(), metadata }),
      apply: async () => ({ ok: true, value: stored(), warnings: [] }),
    });
    const { planned, problems } = await plan([one], STATUSES);
    expect(planned).toEqual([]);
    expect(problems.map(({ message }) => message)).toEqual([
      `Gateway ${gatewayName(one.manifest)} is being deleted${held}: run this again when it is gone`,
    ]);
  });

  it("sees what is to change", async () => {
    const other = storedGateway({
      ...MANIFEST,
      spec: { ...MANIFEST.spec, addresses: [{ type: "IPAddress", value: "192.0.2.9" }] },
    });
    expect(await actionFor(other)).toBe("change");
  });

  it("an object that mc has not applied becomes its own", async () => {
    const kubectl = storedGateway({ ...MANIFEST }, [{ manager: "kubectl", operation: "Update" }]);
    expect(await actionFor(kubectl)).toBe("change");
    const updated = storedGateway({ ...MANIFEST }, [{ manager: "mc", operation: "Update" }]);
    expect(await actionFor(updated)).toBe("change");
  });

  it("names who owns what", async () => {
    const conflicts = [
      { manager: "kapi", field: ".spec.addresses" },
      { manager: "helm", field: '.spec.listeners[name="xds-tls"].port' },
    ];
    const answer = refused({ why: "conflict", conflicts });
    const { problems } = await plan([wanted({ apply: async () => answer })], STATUSES);
    expect(problems).toMatchObject([
      {
        message: `Gateway ${NAME} has fields that others manage: kapi owns .spec.addresses, helm owns .spec.listeners[name="xds-tls"].port (--force-conflicts takes them over)`,
        commands: [
          "kubectl --context ctx-a -n istio-eastwest get gateways.gateway.networking.k8s.io istio-remote-peer-net-b -o yaml --show-managed-fields",
        ],
      },
    ]);
  });

  it.each(["invalid", "conflict"] as const)("says why it is refused: %s", async (why) => {
    const answer = refused({ why, detail: "spec: bad" });
    const { problems } = await plan([wanted({ apply: async () => answer })], STATUSES);
    expect(problems).toMatchObject([
      { message: `Gateway ${NAME} cannot be applied: spec: bad`, commands: [] },
    ]);
  });

  it("keeps the cause of a refusal, for its remedy", async () => {
    const answer = refused({ why: "forbidden", detail: "User may not" });
    const { problems } = await plan([wanted({ apply: async () => answer })], STATUSES);
    expect(problems).toMatchObject([{ cause: { why: "forbidden", request: { verb: "patch" } } }]);
  });

  it("does not go by an object that it cannot read", async () => {
    const get = async () => missing("forbidden", "User may not get");
    const { problems, planned } = await plan([wanted({ get })], STATUSES);
    expect(problems).toMatchObject([
      { message: `Gateway ${NAME} could not be read: User may not get` },
    ]);
    expect(planned).toEqual([]);
  });
});

describe("apply", () => {
  const never = new AbortController().signal;

  function planned(action: Planned["action"], changes: Partial<WritableCluster> = {}): Planned {
    return { ...wanted(changes), action, after: stored(), warnings: [] };
  }

  async function applied(all: readonly Planned[], signal = never) {
    const told: Planned[] = [];
    const result = await apply(all, STATUSES, signal, async (one) => {
      told.push(one);
    });
    return { ...result, told };
  }

  it("writes in order, and not what is unchanged", async () => {
    const order: string[] = [];
    const one = (name: string) => ({
      apply: async () => {
        order.push(name);
        return { ok: true as const, value: stored(), warnings: [`by ${name}`] };
      },
      renew: () => order.push(`renew ${name}`),
    });
    const all = [
      planned("create", one("first")),
      planned("unchanged", one("second")),
      planned("change", one("third")),
    ];
    const { done, told, left, warnings, failed } = await applied(all);
    expect(order).toEqual(["renew first", "first", "renew third", "third"]);
    expect(done).toEqual([all[0], all[2]]);
    expect(told).toEqual(all);
    expect(left).toBe(0);
    expect(failed).toEqual([]);
    expect(warnings.map(({ text }) => text)).toEqual(["by first", "by third"]);
  });

  it.each([
    ["forbidden", false],
    ["conflict", false],
    ["invalid", false],
    ["timeout", true],
    ["unreachable", true],
    ["unreadable", true],
  ] as const)("begins nothing after the first that fails: %s", async (why, uncertain) => {
    const bad = planned("create", { apply: async () => refused({ why, warnings: ["w"] }) });
    const later = Array.from({ length: 9 }, () => planned("create"));
    const { done, failed, told, left, warnings } = await applied([
      planned("create"),
      bad,
      ...later,
    ]);
    expect(told).toEqual(done);
    expect(left).toBeGreaterThan(0);
    expect(done).toHaveLength(10 - left);
    expect(failed).toMatchObject([{ planned: bad, uncertain }]);
    expect(warnings).toEqual([{ context: "ctx-a", text: "w" }]);
  });

  it("begins nothing after the signal, and finishes what is under way", async () => {
    const stop = new AbortController();
    const first = planned("create", {
      apply: async () => {
        stop.abort();
        return { ok: true, value: stored(), warnings: [] };
      },
    });
    const others = Array.from({ length: 9 }, () => planned("create"));
    const { done, left, told } = await applied([first, ...others], stop.signal);
    expect(done[0]).toBe(first);
    expect(told).toEqual(done);
    expect(left).toBe(10 - done.length);
    expect(left).toBeGreaterThan(0);
  });
});

describe("undoCommand", () => {
  const base = { ...wanted(), after: stored(), warnings: [] };

  it("deletes what was created", () => {
    expect(undoCommand({ ...base, action: "create" })).toBe(
      "kubectl --context ctx-a -n istio-eastwest delete gateways.gateway.networking.k8s.io istio-remote-peer-net-b --ignore-not-found",
    );
  });

  it("applies again what was changed", () => {
    const before = stored();
    const command = undoCommand({ ...base, action: "change", before });
    const [first = "", ...rest] = command.split("\n");
    expect(first).toBe(
      "kubectl --context ctx-a apply --server-side --field-manager=mc --force-conflicts -f - <<'EOF'",
    );
    expect(rest.pop()).toBe("EOF");
    expect(load(rest.join("\n"))).toEqual(JSON.parse(JSON.stringify(MANIFEST)));
  });
});

describe("comparable", () => {
  it("is what people mean by an object", () => {
    expect(comparable(stored())).toEqual(JSON.parse(JSON.stringify(MANIFEST)));
  });

  it("leaves out what kubectl keeps there", () => {
    const key = "kubectl.kubernetes.io/last-applied-configuration";
    const object = { metadata: { annotations: { [key]: "{}" }, labels: {} }, spec: {} };
    expect(comparable(object)).toMatchObject({ metadata: { name: undefined } });
    expect(comparable(object)["metadata"]).not.toHaveProperty("annotations");
    expect(comparable(object)["metadata"]).not.toHaveProperty("labels");
  });

  it.each([
    [{ namespaces: { from: "All" } }],
    [{ namespaces: { from: "Same" }, kinds: [{ kind: "TLSRoute" }] }],
    [{ namespaces: { from: "Selector", selector: { matchLabels: {} } } }],
  ])("keeps routes that somebody chose: %j", (allowedRoutes) => {
    const object = { spec: { listeners: [{ name: "x", allowedRoutes }] } };
    expect(comparable(object)).toMatchObject({ spec: { listeners: [{ allowedRoutes }] } });
  });

  it("takes any object", () => {
    expect(() => comparable({ metadata: null, spec: { listeners: "none" } })).not.toThrow();
  });
});

describe("unifiedDiff", () => {
  it("of a new object is all of it", () => {
    const diff = unifiedDiff("ctx-a/x", undefined, stored());
    expect(diff).toMatch(
      /^--- \/dev\/null\n\+\+\+ ctx-a\/x\n@@ -0,0 \+1,\d+ @@\n\+apiVersion: gateway/,
    );
  });

  it("of a change is the lines around it", () => {
    const after = storedGateway({
      ...MANIFEST,
      spec: { ...MANIFEST.spec, addresses: [{ type: "IPAddress", value: "192.0.2.9" }] },
    });
    const diff = unifiedDiff("ctx-a/x", stored(), after);
    expect(diff).toContain("-    value: 192.0.2.20\n+    value: 192.0.2.9\n");
    expect(diff).toMatch(/^--- ctx-a\/x\n\+\+\+ ctx-a\/x\n/);
    expect(diff).not.toContain("xds-tls");
  });

  it("of no change is nothing, whoever owns it", () => {
    expect(unifiedDiff("x", storedGateway({ ...MANIFEST }, []), stored())).toBe("");
    expect(APPLIED_BY_MC).toHaveLength(1);
  });
});
