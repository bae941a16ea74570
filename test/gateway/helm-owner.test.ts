import { describe, expect, it } from "vitest";
import { helmOwner, refusedByHelm } from "../../src/gateway/helm-owner.ts";
import { plan, withNamespace, type Wanted } from "../../src/gateway/plan.ts";
import { peerGateways } from "../../src/gateway/remote-peer.ts";
import { gathered } from "../../src/model/gathered.ts";
import type { RawObject } from "../../src/model/reader.ts";
import { clusterRef, labels, remoteGateway } from "../support/facts.ts";
import { storedGateway, writer } from "../support/writer.ts";

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

/** As the API server has it, made by Helm. */
function ofHelm(annotations: Record<string, string> = {}): RawObject {
  const stored = storedGateway({ ...MANIFEST }, [{ manager: "helm", operation: "Update" }]);
  const metadata = stored["metadata"] as Record<string, Record<string, string>>;
  return {
    ...stored,
    metadata: {
      ...metadata,
      labels: { ...metadata["labels"], "app.kubernetes.io/managed-by": "Helm" },
      annotations: { ...metadata["annotations"], ...annotations },
    },
  };
}

function wanted(before: RawObject): Wanted {
  return {
    ref: clusterRef("a"),
    writer: writer({ get: async () => gathered(before) }),
    manifest: MANIFEST,
    target: { name: "ctx-b", network: "net-b" },
  };
}

describe("a Gateway of a Helm release", () => {
  it("is not written to, and says whose it is", async () => {
    const before = ofHelm({ "meta.helm.sh/release-name": "peering" });
    const { planned, problems } = await plan([wanted(before)], { force: false });
    expect(planned).toEqual([]);
    expect(problems.map(({ message }) => message)).toEqual([
      "Gateway istio-eastwest/istio-remote-peer-net-b belongs to Helm release peering: change its values, which --generate --format helm-values prints (--force-conflicts writes to it all the same)",
    ]);
    expect(problems[0]?.commands).toHaveLength(1);
  });

  it("is written to with --force-conflicts", async () => {
    const { planned, problems } = await plan([wanted(ofHelm())], { force: true });
    expect([planned.map(({ action }) => action), problems]).toEqual([["change"], []]);
  });

  it("is known without its release, and nothing else is", () => {
    expect(helmOwner(ofHelm())).toBe("a Helm release");
    expect(helmOwner(storedGateway({ ...MANIFEST }))).toBeUndefined();
    expect(helmOwner({})).toBeUndefined();
  });
});

describe("what helm would refuse", () => {
  const NAMES = new Set(["istio-remote-peer-net-b"]);

  it("is a Gateway by a name of the chart that Helm did not make", () => {
    const [found] = refusedByHelm(clusterRef("a"), NAMES, [remoteGateway("b"), remoteGateway("c")]);
    expect(found?.text).toMatch(
      /^ctx-a: Gateway istio-eastwest\/istio-remote-peer-net-b is there already .*"invalid ownership metadata"/,
    );
    expect(found?.commands).toEqual([
      "kubectl --context ctx-a -n istio-eastwest label gateways.gateway.networking.k8s.io istio-remote-peer-net-b app.kubernetes.io/managed-by=Helm --overwrite",
      "kubectl --context ctx-a -n istio-eastwest annotate gateways.gateway.networking.k8s.io istio-remote-peer-net-b 'meta.helm.sh/release-name=<release>' 'meta.helm.sh/release-namespace=<namespace of the release>' --overwrite",
    ]);
  });

  it("is nothing where Helm made it, or by another name", () => {
    const own = remoteGateway("b", { annotations: labels({ "meta.helm.sh/release-name": "p" }) });
    expect(refusedByHelm(clusterRef("a"), NAMES, [own, remoteGateway("c")])).toEqual([]);
  });
});
