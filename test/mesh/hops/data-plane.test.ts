import { expect, it } from "vitest";
import { judgeDataPlane } from "../../../src/mesh/hops/data-plane.ts";
import { pathOf } from "../../../src/mesh/hops/path.ts";
import { globalServices, type Change } from "../../support/global-services.ts";
import { CART, CART_HOST, serviceMesh, sideOf } from "../../support/service-mesh.ts";
import { endOf, hopOf, tracesAmong } from "../../support/traces.ts";

const HOST = "reviews.bookinfo.mesh.internal";

interface View {
  services?: object[];
  workloads?: object[];
  stagedServices?: object;
  network?: string;
}

/** cluster1, whose ztunnel holds this. */
async function holding(view: View, ...changes: Change[]): Promise<string> {
  const readers = await globalServices(...changes, (first) => {
    const ztunnel = first.objects.find(
      ({ kind, metadata }) => kind === "Pod" && metadata.labels?.["app"] === "ztunnel",
    );
    const { network = "cluster1", ...rest } = view;
    first.debug[`istio-system/${ztunnel?.metadata.name}/15000/config_dump`] = {
      config: { network },
      ...rest,
    };
  });
  const [trace] = await tracesAmong(readers, { from: "cluster1", to: "cluster2" });
  if (!trace) throw new Error("nothing was traced");
  const hop = hopOf(trace, 7);
  return `${hop.state} ${hop.state === "broken" ? endOf(trace) : hop.text}`.replace(
    /ztunnel-\w+/g,
    "POD",
  );
}

const service = (...uids: string[]): object => ({
  hostname: HOST,
  vips: ["cluster1/240.240.0.2"],
  endpoints: uids.map((workloadUid) => ({ workloadUid })),
});
const here = { uid: "here", clusterId: "cluster1", network: "cluster1", workloadIps: ["10.0.0.1"] };
const there = {
  uid: "there",
  clusterId: "cluster2",
  network: "cluster2",
  networkGateway: { hboneMtlsPort: 15008 },
};

it.each<[string, View, string]>([
  [
    "a service with endpoints here and there",
    { services: [service("here", "there")], workloads: [here, there] },
    "ok ztunnel istio-system/POD holds 1 local and 1 remote endpoints",
  ],
  [
    "one that is known by its network alone",
    { services: [service("there")], workloads: [{ ...there, clusterId: undefined }] },
    "ok ztunnel istio-system/POD holds 0 local and 1 remote endpoints",
  ],
  [
    "nothing of it",
    { services: [], workloads: [] },
    `broken broken at hop 7: cluster1 has a ServiceEntry for ${HOST}, but ${HOST} is not known to ztunnel istio-system/POD`,
  ],
  [
    "only its endpoints",
    { services: [], workloads: [], stagedServices: { [`bookinfo/${HOST}`]: {} } },
    `broken broken at hop 7: cluster1 has a ServiceEntry for ${HOST}, but only endpoints of ${HOST}, not the service itself, have come to ztunnel istio-system/POD`,
  ],
  [
    "an address on another network",
    { services: [service("there")], workloads: [there], network: "other" },
    `broken broken at hop 7: cluster1 has a ServiceEntry for ${HOST}, but ${HOST} has no address on network other with ztunnel istio-system/POD`,
  ],
  [
    "no endpoint there",
    { services: [service("here")], workloads: [here] },
    `broken broken at hop 7: cluster1 has a ServiceEntry for ${HOST}, but no endpoint of cluster2 for ${HOST} is known to ztunnel istio-system/POD`,
  ],
  [
    "one without a gateway",
    { services: [service("there")], workloads: [{ ...there, networkGateway: undefined }] },
    `broken broken at hop 7: cluster1 has a ServiceEntry for ${HOST}, but no endpoint of cluster2 for ${HOST} can be used by ztunnel istio-system/POD, for want of a gateway or of another network`,
  ],
  [
    "one on the callers' network, which needs an address",
    { services: [service("there")], workloads: [{ ...there, network: "cluster1" }] },
    `broken broken at hop 7: cluster1 has a ServiceEntry for ${HOST}, but no endpoint of cluster2 for ${HOST} can be used by ztunnel istio-system/POD, for want of a gateway or of another network`,
  ],
])("ztunnel holds %s", async (_, view, said) => {
  expect(await holding(view)).toBe(said);
});

it("no endpoint is needed where there are no pods", async () => {
  const said = await holding({ services: [service("here")], workloads: [here] }, (_, second) => {
    second.objects = second.objects.filter(
      ({ kind, metadata }) => kind !== "Pod" || metadata.labels?.["app"] !== "reviews",
    );
  });
  expect(said).toBe("ok ztunnel istio-system/POD holds 1 local and 0 remote endpoints");
});

it("istiod that does not know it is named before ztunnel", async () => {
  const readers = await globalServices((first) => {
    const istiod = first.objects.find(
      ({ kind, metadata }) => kind === "Pod" && metadata.labels?.["app"] === "istiod",
    );
    first.debug[`istio-system/${istiod?.metadata.name}/15014/debug/ambientz`] = {
      services: [],
      workloads: [],
    };
  });
  const [trace] = await tracesAmong(readers, { from: "cluster1", to: "cluster2" });
  expect(trace && hopOf(trace, 7).verdict).toBe("unknown to istiod");
});

it("the default network has no name", () => {
  const mesh = serviceMesh({ a: {}, b: {} }, { a: { network: undefined } as object });
  const view = {
    pod: "istio-system/POD",
    services: [{ host: CART_HOST, addresses: ["/240.240.0.2"] }],
    staged: [],
    workloads: [
      {
        uid: "b",
        hosts: [CART_HOST],
        cluster: "b",
        network: "net-b",
        addressed: false,
        gateway: true,
      },
      { uid: "a", hosts: [CART_HOST], cluster: "a", network: "", addressed: true, gateway: false },
    ],
  };
  const path = pathOf(mesh, sideOf(mesh, "a"), sideOf(mesh, "b"), CART);
  expect(judgeDataPlane(path, { istiod: [view], ztunnel: [] })).toEqual({
    judged: { state: "ok", verdict: "known" },
    text: "istiod istio-system/POD holds 1 local and 1 remote endpoints",
  });
});
