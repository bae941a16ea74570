import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ClusterSource } from "../../src/engine/source.ts";
import { FACTS } from "../../src/facts/index.ts";
import { slimFor } from "../../src/facts/slim.ts";
import type { FactKey } from "../../src/model/facts.ts";
import type { Gathered } from "../../src/model/gathered.ts";
import type { ListOptions, RawObject } from "../../src/model/reader.ts";
import { RESOURCES, type Resource } from "../../src/model/resource.ts";
import { anything, object } from "../support/arbitrary.ts";
import type { Json } from "../support/pods.ts";
import { MemoryReader } from "../support/source.ts";

const KEYS = Object.keys(FACTS) as FactKey[];
const byType = new Map<string, Resource>(
  Object.values(RESOURCES).map((resource) => {
    const { group, versions, kind } = resource;
    return [`${group ? `${group}/` : ""}${versions[0]} ${kind}`, resource];
  }),
);

/** Gives objects as they are, whatever the facts would leave out. */
class WholeReader extends MemoryReader {
  override list(resource: Resource, options: ListOptions = {}): Promise<Gathered<RawObject[]>> {
    return super.list(resource, { ...options, slim: (whole) => whole });
  }
}

/** Every fact of a cluster that holds these objects. */
async function factsOf(objects: readonly Json[], body: unknown): Promise<Json> {
  const names = objects.map((one) => String((one["metadata"] as Json)["name"]));
  const debug = Object.fromEntries(
    names.flatMap((name) => [
      [`istio-system/${name}:15014/debug/license`, body],
      [`istio-system/${name}:15014/debug/syncz`, body],
      [`istio-system/${name}:15000/config_dump`, body],
    ]),
  );
  const settings = { dumps: true };
  const source = new ClusterSource(new WholeReader({ objects, debug }), settings, FACTS);
  source.peers = [new ClusterSource(new WholeReader({ objects }), settings, FACTS)];
  const entries = KEYS.map(async (key) => [key, await source.fact(key)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

const objects = fc.array(object, { minLength: 1, maxLength: 6 });
const RUNS = { numRuns: 200, seed: 20_260_115 };

function slim(one: Json): Json {
  const resource = byType.get(`${String(one["apiVersion"])} ${String(one["kind"])}`);
  return resource ? slimFor(resource)(one) : one;
}

describe("whatever a cluster holds", () => {
  it("facts are typed results and never throw", async () => {
    await fc.assert(
      fc.asyncProperty(objects, anything, async (all, body) => {
        for (const fact of Object.values(await factsOf(all, body))) {
          expect(fact).toHaveProperty("ok");
          // The engine puts a thrown error's text after the fact's name.
          expect(fact).not.toMatchObject({
            detail: expect.stringMatching(/^[A-Za-z]+: /) as string,
          });
        }
      }),
      RUNS,
    );
  });

  it("slim objects give the same facts", async () => {
    await fc.assert(
      fc.asyncProperty(objects, anything, async (all, body) => {
        expect(await factsOf(all.map(slim), body)).toEqual(await factsOf(all, body));
      }),
      RUNS,
    );
  });

  it("slim is idempotent", () => {
    fc.assert(
      fc.property(object, (one) => {
        expect(slim(slim(one))).toEqual(slim(one));
      }),
      RUNS,
    );
  });

  it("slim takes what is no object of the API at all", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), anything), (one) => {
        for (const resource of Object.values(RESOURCES)) {
          const slimmed = slimFor(resource)(one);
          expect(slimFor(resource)(slimmed)).toEqual(slimmed);
        }
      }),
      RUNS,
    );
  });
});

describe("slim", () => {
  const SECRET = "hunter2";
  const env = [
    { name: "SOLO_LICENSE_KEY", value: SECRET },
    { name: "CLUSTER_ID", value: "a-$(SOLO_LICENSE_KEY)" },
    { name: "DB_PASSWORD", value: SECRET },
    { name: "OTHER", valueFrom: { secretKeyRef: { name: "s", key: SECRET } } },
  ];
  const discovery = [{ name: "discovery", image: "pilot:1", env, args: [SECRET] }];
  const metadata = {
    name: "istiod",
    annotations: { "kubectl.kubernetes.io/last-applied-configuration": SECRET, note: SECRET },
    managedFields: [{ manager: "helm", fieldsV1: { x: SECRET } }],
  };

  it("drops the values of variables that mc does not know", () => {
    const pod = slimFor(RESOURCES.pods)({ metadata, spec: { containers: discovery } });
    const workload = slimFor(RESOURCES.deployments)({
      metadata,
      spec: { template: { metadata, spec: { containers: discovery } } },
    });
    for (const one of [pod, workload]) expect(JSON.stringify(one)).not.toContain(SECRET);
    expect(pod["spec"]).toEqual({
      containers: [
        {
          name: "discovery",
          image: "pilot:1",
          env: [
            { name: "SOLO_LICENSE_KEY" },
            { name: "CLUSTER_ID", value: "a-$(SOLO_LICENSE_KEY)" },
          ],
        },
      ],
    });
  });

  it("keeps of a pod's owners who controls it", () => {
    const others = [{ kind: "Other", name: "o", uid: "u" }];
    const set = { kind: "ReplicaSet", name: "r", controller: true };
    const ownerReferences = [...others, { ...set, apiVersion: "apps/v1", uid: "u" }];
    const pod = slimFor(RESOURCES.pods)({ metadata: { name: "p", ownerReferences } });
    expect(pod["metadata"]).toEqual({ name: "p", ownerReferences: [set] });
    const alone = slimFor(RESOURCES.pods)({ metadata: { name: "p", ownerReferences: others } });
    expect(alone["metadata"]).toEqual({ name: "p" });
  });

  it("drops the images of nodes", () => {
    const internal = [{ type: "InternalIP", address: "10.0.0.1" }];
    const node = slimFor(RESOURCES.nodes)({
      kind: "Node",
      metadata: { name: "n", labels: { a: "b" }, annotations: {}, managedFields: [] },
      spec: { podCIDR: "x", providerID: "y" },
      status: { images: [{ names: ["x"] }], addresses: internal },
    });
    expect(node).toEqual({
      kind: "Node",
      metadata: { name: "n", labels: { a: "b" } },
      spec: { podCIDR: "x" },
      status: { addresses: internal },
    });
  });

  it("keeps of a Gateway's managedFields who manages it", () => {
    const gateway = slimFor(RESOURCES.gateways)({
      metadata: {
        ...metadata,
        managedFields: [
          { manager: "mc", operation: "Apply", fieldsV1: { x: SECRET }, time: "t" },
          { manager: "pilot", operation: "Update", subresource: "status", fieldsV1: {} },
        ],
      },
    });
    expect(gateway["metadata"]).toEqual({
      name: "istiod",
      managedFields: [{ manager: "mc" }, { manager: "pilot", subresource: "status" }],
    });
  });

  it("leaves the name of what no fact reads", () => {
    const resource = { ...RESOURCES.pods, plural: "events", kind: "Event" };
    expect(slimFor(resource)({ kind: "Event", metadata, message: SECRET })).toEqual({
      kind: "Event",
      metadata: { name: "istiod" },
    });
  });
});
