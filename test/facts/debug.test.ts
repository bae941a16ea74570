import { describe, expect, it } from "vitest";
import { factOf, forbid, memorySource, valueOf, type MemoryContents } from "../support/source.ts";

function istiod(
  name: string,
  revision: string | undefined,
  peering: boolean,
  namespace = "istio-system",
) {
  const env = [{ name: "ENABLE_PEERING_DISCOVERY", value: String(peering) }];
  return {
    kind: "Deployment",
    metadata: {
      name,
      namespace,
      labels: { app: "istiod", ...(revision && { "istio.io/rev": revision }) },
    },
    spec: { template: { spec: { containers: [{ name: "discovery", env }] } } },
  };
}

function pod(
  name: string,
  more: {
    revision?: string;
    port?: string;
    phase?: string;
    namespace?: string;
    deleting?: boolean;
  } = {},
) {
  const { revision, port, phase = "Running", namespace = "istio-system", deleting } = more;
  return {
    kind: "Pod",
    metadata: {
      name,
      namespace,
      labels: { app: "istiod", ...(revision && { "istio.io/rev": revision }) },
      annotations: port ? { "prometheus.io/port": port } : {},
      ...(deleting && { deletionTimestamp: "2026-01-01T00:00:00Z" }),
    },
    status: { phase },
  };
}

const OK = { State: "OK", Product: "gloo-mesh" };

/** The pods that are asked for their license. */
async function asked(contents: MemoryContents, settings = {}): Promise<string[]> {
  const { source, reader } = memorySource(contents, settings);
  await source.fact("licenses");
  return reader.requests.filter((line) => line.startsWith("debug")).toSorted();
}

describe("debug endpoints", () => {
  it("are asked of every judged pod that runs, on its port", async () => {
    const objects = [
      istiod("istiod", "default", true),
      istiod("istiod-old", "old", false),
      pod("a", { revision: "default" }),
      pod("b", { revision: "default", port: "8080" }),
      pod("c", { revision: "default", phase: "Pending" }),
      pod("d", { revision: "default", deleting: true }),
      pod("e", { revision: "old" }),
      pod("f", { revision: "default", namespace: "other" }),
      pod("g"),
    ];
    expect(await asked({ objects })).toEqual([
      "debug istio-system/a:15014/debug/license",
      "debug istio-system/b:8080/debug/license",
      "debug istio-system/g:15014/debug/license",
      "debug other/f:15014/debug/license",
    ]);
    expect(await asked({ objects }, { revision: "old" })).toEqual([
      "debug istio-system/e:15014/debug/license",
    ]);
    expect(await asked({ objects }, { revision: "none" })).toEqual([]);
  });

  it("take a pod without a revision for the only istiod of its namespace", async () => {
    const only = [istiod("istiod-gloo", "gloo", true), pod("a")];
    expect(await asked({ objects: only })).toHaveLength(1);
  });

  it("are not asked of a Job's pod", async () => {
    const job = pod("istiod-migrate-x");
    const ownerReferences = [{ kind: "Job", name: "istiod-migrate", controller: true }];
    const ofJob = { ...job, metadata: { ...job.metadata, ownerReferences } };
    const objects = [istiod("istiod", "default", true), pod("istiod-1"), ofJob];
    expect(await asked({ objects })).toEqual(["debug istio-system/istiod-1:15014/debug/license"]);
  });

  it("go by revisions, then by names, and are asked of a pod that is of none", async () => {
    const both = [istiod("istiod-gloo", "gloo", true), istiod("istiod-old", "old", false)];
    const pods = [pod("istiod-old-1", { revision: "gloo" }), pod("istiod-old-2"), pod("x")];
    const { source } = memorySource({ objects: [...both, ...pods] });
    const licenses = await source.fact("licenses");
    expect(licenses).toMatchObject({ ok: true, value: [{ pod: "istiod-old-1" }, { pod: "x" }] });
  });

  it("are asked of all pods when the Deployments cannot be read", async () => {
    const contents = {
      objects: [pod("a"), pod("b", { revision: "old" })],
      refuse: forbid("list deployments"),
    };
    expect(await asked(contents)).toHaveLength(2);
    expect(await asked(contents, { revision: "old" })).toEqual([
      "debug istio-system/b:15014/debug/license",
    ]);
  });

  it("are asked of all pods when there is no Deployment", async () => {
    expect(await asked({ objects: [pod("a"), pod("b", { revision: "old" })] })).toHaveLength(2);
  });

  it("cannot be asked when the pods cannot be read", async () => {
    const refuse = forbid("list pods");
    expect(await factOf("licenses", { refuse })).toMatchObject({ ok: false, why: "forbidden" });
    expect(await factOf("syncs", { refuse })).toMatchObject({ ok: false, why: "forbidden" });
  });
});

describe("licenses", () => {
  const objects = [istiod("istiod", undefined, true), pod("a")];
  const answerTo = async (body: unknown) => {
    const debug = { "istio-system/a:15014/debug/license": body };
    const [license] = await valueOf("licenses", { objects, debug });
    return license?.answer;
  };

  it.each([
    [OK, { state: "OK", product: "gloo-mesh" }],
    [
      { state: "EXPIRED", product: "x" },
      { state: "EXPIRED", product: "x" },
    ],
    [
      { State: " UNSET ", Product: null },
      { state: "UNSET", product: "" },
    ],
  ])("reads %j", async (body, value) => {
    expect(await answerTo(body)).toEqual({ ok: true, value });
  });

  it.each([null, "eyJsaWNlbnNl", [], {}, { State: 1 }, { State: "" }, { Product: "x" }])(
    "does not repeat what else comes: %j",
    async (body) => {
      expect(await answerTo(body)).toEqual({
        ok: false,
        why: "unreadable",
        detail: "/debug/license answered without a license State",
      });
    },
  );

  it("cuts what is too long", async () => {
    const answer = await answerTo({ State: "X".repeat(10_000) });
    expect(answer?.ok && answer.value.state).toHaveLength(200);
  });

  it("says why there was no answer", async () => {
    const [license] = await valueOf("licenses", { objects });
    expect(license).toMatchObject({
      namespace: "istio-system",
      pod: "a",
      answer: { ok: false, why: "not-found" },
    });
  });
});

describe("syncs", () => {
  it("list who is connected", async () => {
    const debug = {
      "istio-system/a:15014/debug/syncz": [
        {
          cluster_id: "b",
          proxy: "istiod-1.istio-system",
          proxy_type: "istiod",
          istio_version: "1",
        },
        null,
      ],
      "istio-system/b:15014/debug/syncz": { error: "no" },
    };
    const objects = [istiod("istiod", undefined, true), pod("a"), pod("b"), pod("c")];
    const [a, b, c] = await valueOf("syncs", { objects, debug });
    expect(a?.answer).toEqual({
      ok: true,
      value: [
        { clusterId: "b", proxy: "istiod-1.istio-system", proxyType: "istiod", version: "1" },
        { clusterId: "", proxy: "", proxyType: "", version: "" },
      ],
    });
    expect(b?.answer).toMatchObject({ ok: false, why: "unreadable" });
    expect(c?.answer).toMatchObject({ ok: false, why: "not-found" });
  });
});

describe("ztunnelDumps", () => {
  const pem = "-----BEGIN CERTIFICATE-----\nMIIBAqADAgEC\n-----END CERTIFICATE-----\n";
  const root = { pem: Buffer.from(pem).toString("base64") };
  const body = {
    config: { network: "net", clusterId: "a" },
    certificates: [{ rootCerts: [root, { pem }, null] }, { rootCerts: [root] }, null],
  };
  const objects = ["z1", "z2", "z3"].map((name) => ({
    kind: "Pod",
    metadata: { name, namespace: "istio-system", labels: { app: "ztunnel" } },
  }));
  const debug = {
    "istio-system/z1:15000/config_dump": body,
    "istio-system/z2:15000/config_dump": "?",
  };

  it("are read only when asked for", async () => {
    const { source, reader } = memorySource({ objects, debug });
    expect(await source.fact("ztunnelDumps")).toEqual({ ok: true, value: [] });
    expect(reader.requests).toEqual([]);
  });

  it("say what ztunnel is configured with and trusts", async () => {
    const [first, second, ...none] = await valueOf(
      "ztunnelDumps",
      { objects, debug },
      { dumps: true },
    );
    expect(first).toMatchObject({ pod: "istio-system/z1", network: "net", clusterId: "a" });
    expect(first?.rootPems).toHaveLength(1);
    expect(second).toEqual({ pod: "istio-system/z2", rootPems: [], workloads: [] });
    expect(none).toEqual([]);
    const refused = await factOf("ztunnelDumps", { refuse: forbid("list pods") }, { dumps: true });
    expect(refused).toEqual({ ok: true, value: [] });
  });
});
