import { describe, expect, it } from "vitest";
import { missing } from "../../src/model/gathered.ts";
import { factOf, forbid, valueOf } from "../support/source.ts";

const notServed = (plural: string) => (request: string) =>
  request.startsWith(`list ${plural}`)
    ? missing("not-found", "the server could not find the requested resource")
    : undefined;

const gateway = (name: string, className: string, more: object = {}) => ({
  kind: "Gateway",
  metadata: { name, namespace: "istio-eastwest" },
  spec: { gatewayClassName: className },
  ...more,
});

describe("gateways", () => {
  it("are sorted by class", async () => {
    const found = await valueOf("gateways", {
      objects: [
        gateway("b", "istio-remote"),
        gateway("a", "istio-remote"),
        gateway("ew", "istio-eastwest"),
        gateway("community", "istio-east-west"),
        gateway("ingress", "nginx"),
        { kind: "Gateway", spec: { gatewayClassName: "istio-remote" } },
      ],
    });
    expect(found.served).toBe(true);
    expect(found.eastWest.map(({ name }) => name)).toEqual(["community", "ew"]);
    expect(found.remote.map(({ name }) => name)).toEqual(["a", "b"]);
  });

  it("carry what checks read", async () => {
    const object = gateway("ew", "istio-eastwest", {
      metadata: {
        name: "ew",
        namespace: "istio-eastwest",
        labels: { "topology.istio.io/network": "net" },
        annotations: {
          "gateway.istio.io/trust-domain": "td",
          "gateway.istio.io/token": "hunter2",
          note: "hunter2",
          "kubectl.kubernetes.io/last-applied-configuration": "{}",
        },
        creationTimestamp: "2026-01-01T00:00:00Z",
        managedFields: [
          { manager: "mc", operation: "Apply", fieldsV1: {} },
          { manager: "mc", operation: "Update" },
          { manager: "pilot-discovery", operation: "Update", subresource: "status" },
          null,
        ],
      },
      spec: {
        gatewayClassName: "istio-eastwest",
        addresses: [{ value: "192.0.2.1" }, { type: "Hostname", value: "a.example" }, {}, null],
        listeners: [
          { name: "xds-tls", port: 15_012, protocol: "TLS", tls: { mode: "Passthrough" } },
          { port: "x" },
        ],
      },
      status: {
        addresses: [{ type: "IPAddress", value: "192.0.2.2" }],
        conditions: [{ type: "Programmed", status: "True", reason: "R", message: "m" }, {}, null],
      },
    });
    const { eastWest } = await valueOf("gateways", { objects: [object] });
    expect(eastWest).toEqual([
      {
        namespace: "istio-eastwest",
        name: "ew",
        className: "istio-eastwest",
        labels: new Map([["topology.istio.io/network", "net"]]),
        annotations: new Map([["gateway.istio.io/trust-domain", "td"]]),
        addresses: [
          { type: "IPAddress", value: "192.0.2.1" },
          { type: "Hostname", value: "a.example" },
        ],
        statusAddresses: [{ type: "IPAddress", value: "192.0.2.2" }],
        listeners: [
          { name: "xds-tls", port: 15_012, protocol: "TLS", tlsMode: "Passthrough" },
          { name: "", protocol: "" },
        ],
        conditions: new Map([
          ["Programmed", { type: "Programmed", status: "True", reason: "R", message: "m" }],
        ]),
        createdAt: Date.parse("2026-01-01T00:00:00Z"),
        managers: ["mc"],
      },
    ]);
  });

  it.each([
    [{}, undefined],
    [{ finalizers: ["a/b"] }, undefined],
    [{ deletionTimestamp: "2026-01-01T00:00:00Z" }, { finalizers: [] }],
    [
      { deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["a/b", {}] },
      { finalizers: ["a/b"] },
    ],
  ])("say whether they are being deleted: %j", async (more, deletion) => {
    const object = gateway("ew", "istio-eastwest");
    const metadata = { ...(object["metadata"] as object), ...more };
    const { eastWest } = await valueOf("gateways", { objects: [{ ...object, metadata }] });
    expect(eastWest.map((one) => one.deletion)).toEqual([deletion]);
  });

  it("are not served without the CRDs", async () => {
    expect(await valueOf("gateways", { refuse: notServed("gateways") })).toEqual({
      served: false,
      eastWest: [],
      remote: [],
    });
    const refused = await factOf("gateways", { refuse: forbid("list gateways") });
    expect(refused).toMatchObject({ ok: false, why: "forbidden" });
  });
});

describe("gatewayClasses", () => {
  it("say who controls them, and whether they were accepted", async () => {
    const objects = [
      {
        kind: "GatewayClass",
        metadata: { name: "istio-remote" },
        spec: { controllerName: "istio.io/unmanaged-gateway" },
        status: { conditions: [{ type: "Accepted", status: "True" }] },
      },
      { kind: "GatewayClass", metadata: { name: "a" } },
      { kind: "GatewayClass" },
    ];
    expect(await valueOf("gatewayClasses", { objects })).toEqual([
      { name: "a", controller: "" },
      {
        name: "istio-remote",
        controller: "istio.io/unmanaged-gateway",
        accepted: { type: "Accepted", status: "True", reason: "", message: "" },
      },
    ]);
  });

  it("are none without the CRDs", async () => {
    expect(await valueOf("gatewayClasses", { refuse: notServed("gatewayclasses") })).toEqual([]);
    expect((await factOf("gatewayClasses", { refuse: forbid("list") })).ok).toBe(false);
  });
});
