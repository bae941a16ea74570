import { describe, expect, test } from "vitest";
import { VIEWS } from "../../src/checks/index.ts";
import { text } from "../../src/reporters/text.ts";
import { reportOf } from "./reports.ts";

/*
 * The report of two healthy linked clusters, line for line: what istioctl prints comes first and in
 * its order, ours follows. Ages, hashes in pod names and fingerprints differ from run to run.
 */

const PIPE = { color: false, width: Number.POSITIVE_INFINITY, views: VIEWS };

function settled(report: string): string {
  return report
    .replaceAll(/\b(istiod|istio-eastwest)-[0-9a-f]{10}-[0-9a-z]{5}/g, "$1-HASH")
    .replaceAll(/\b(ztunnel|istio-cni-node)-[0-9a-f]{5}/g, "$1-HASH")
    .replaceAll(/\b\d+m\d+s\b/g, "AGE")
    .replaceAll(/\b[0-9a-f]{64}\b/g, "SHA256")
    .replaceAll(/in \d+ days \([0-9-]+\)/g, "LATER");
}

function shortBlock(name: string, peer: string, address: string, peerAddress: string): string {
  return `=== Cluster: ${name} ===
✅ Incompatible Environment Variable Check: all relevant environment variables are valid
✅ License Check: license is valid for multicluster
✅ CNI DNS Capture Check: AMBIENT_DNS_CAPTURE is enabled
✅ Pod Check (istiod): all pods healthy
✅ Pod Check (ztunnel): all pods healthy
✅ Pod Check (eastwest gateway istio-eastwest/istio-eastwest): all pods healthy
✅ Gateway Check: all eastwest gateways programmed
  ✅ istio-eastwest/istio-eastwest available at ${address}
✅ Peers Check: all clusters connected
  ✅ Connected to ${peer} via ${peerAddress}
ℹ️ Shared Services Check: no globally shared services found
✅ Connection Check: reached Kubernetes v1.33.1 as mesh-admin
✅ Pod Check (cni): all pods healthy
✅ Control Plane Version Check: istiod, ztunnel and gateways run 1.28.5-solo
✅ Platform Check: 1 node, no known limitation
======
`;
}

const SHORT = `${shortBlock("cluster1", "cluster2", "192.0.2.10", "192.0.2.20")}
${shortBlock("cluster2", "cluster1", "192.0.2.20", "192.0.2.10")}
✅ Intermediate Certs Compatibility Check: all clusters have compatible intermediate certificates
✅ Network Configuration Check: all network configurations are valid
✅ Stale Workloads Check: skipped (flat network not detected)
✅ Peer Address Check: all remote gateways have the addresses of their clusters
✅ Trust Domain Check: trust domain is cluster.local everywhere
✅ Cluster Identity Check: all clusters have a CLUSTER_ID of their own
✅ Link Topology: 2 links among 2 clusters
  from \\ to  cluster1  cluster2
  cluster1   ·         ✅
  cluster2   ✅        ·
✅ Data Plane Service Type Check: all links use LoadBalancer
✅ Version Skew Check: istiod is 1.28 everywhere
✅ Global Service Consistency Check: no globally shared services found

✅ 36 checks passed
`;

function verboseBlock(name: string, peer: string, address: string, peerAddress: string): string {
  return `=== Cluster: ${name} ===

--- Incompatible Environment Variable Check ---

✅ Incompatible Environment Variable Check: K8S_SELECT_WORKLOAD_ENTRIES is valid ("")
✅ Incompatible Environment Variable Check: ENABLE_PEERING_DISCOVERY is valid ("true")
✅ Incompatible Environment Variable Check: all relevant environment variables are valid


--- License Check ---

✅ License Check: license is valid for multicluster


--- CNI DNS Capture Check ---

✅ CNI DNS Capture Check: AMBIENT_DNS_CAPTURE is enabled


--- Pod Check (istiod) ---

NAME                        READY     STATUS      RESTARTS     AGE
istiod-HASH     1/1       Running     0            AGE

✅ Pod Check (istiod): all pods healthy


--- Pod Check (ztunnel) ---

NAME              READY     STATUS      RESTARTS     AGE
ztunnel-HASH     1/1       Running     0            AGE

✅ Pod Check (ztunnel): all pods healthy


--- Pod Check (eastwest gateway istio-eastwest/istio-eastwest) ---

NAME                                READY     STATUS      RESTARTS     AGE
istio-eastwest-HASH     1/1       Running     0            AGE

✅ Pod Check (eastwest gateway istio-eastwest/istio-eastwest): all pods healthy


--- Gateway Check ---

Gateway: istio-eastwest
Addresses:
- ${address}
Status: programmed ✅

✅ Gateway Check: all eastwest gateways programmed


--- Peers Check ---

Cluster: ${peer}
Addresses:
- ${peerAddress}
Conditions:
- Accepted: True
- Programmed: True
- gloo.solo.io/PeerConnected: True
- gloo.solo.io/PeeringSucceeded: True
- gloo.solo.io/PeerDataPlaneProgrammed: True
Status: connected ✅

✅ Peers Check: all clusters connected


--- Shared Services Check ---

ℹ️ Shared Services Check: no globally shared services found


--- Connection Check ---

✅ Connection Check: reached Kubernetes v1.33.1 as mesh-admin


--- Pod Check (cni) ---

NAME                     READY     STATUS      RESTARTS     AGE
istio-cni-node-HASH     1/1       Running     0            AGE

✅ Pod Check (cni): all pods healthy


--- Control Plane Version Check ---

✅ istiod istio-system/istiod runs 1.28.5-solo
✅ ztunnel istio-system/ztunnel runs 1.28.5-solo
✅ gateway istio-eastwest/istio-eastwest runs 1.28.5-solo
✅ Control Plane Version Check: istiod, ztunnel and gateways run 1.28.5-solo


--- Platform Check ---

✅ Platform Check: 1 node, no known limitation

======
`;
}

const VERBOSE = `${verboseBlock("cluster1", "cluster2", "192.0.2.10", "192.0.2.20")}
${verboseBlock("cluster2", "cluster1", "192.0.2.20", "192.0.2.10")}
--- Intermediate Certs Compatibility Check ---

ℹ️ Intermediate Certs Compatibility Check: cluster cluster1 root certificate SHA256 sum: SHA256
ℹ️ Intermediate Certs Compatibility Check: cluster cluster2 root certificate SHA256 sum: SHA256
ℹ️ Intermediate Certs Compatibility Check: cluster cluster1 intermediate certificate CN=Intermediate CA,O=Istio,L=cluster1, issued by CN=Root CA,O=Istio, expires LATER
ℹ️ Intermediate Certs Compatibility Check: cluster cluster2 intermediate certificate CN=Intermediate CA,O=Istio,L=cluster2, issued by CN=Root CA,O=Istio, expires LATER
✅ Intermediate Certs Compatibility Check: cluster cluster1 has compatible intermediate certificates with cluster cluster2
✅ Intermediate Certs Compatibility Check: cluster cluster2 has compatible intermediate certificates with cluster cluster1
✅ Intermediate Certs Compatibility Check: all clusters have compatible intermediate certificates


--- Network Configuration Check ---

✅ Cluster cluster1 has network: cluster1
✅ Eastwest gateway istio-eastwest/istio-eastwest has correct network label: cluster1
✅ Cluster cluster2 has network: cluster2
✅ Eastwest gateway istio-eastwest/istio-eastwest has correct network label: cluster2
✅ Remote gateway istio-eastwest/istio-remote-peer-cluster2 references network cluster2 (clusters: [cluster2])
✅ Remote gateway istio-eastwest/istio-remote-peer-cluster1 references network cluster1 (clusters: [cluster1])
✅ Network Configuration Check: all network configurations are valid


--- Stale Workloads Check ---

✅ Stale Workloads Check: skipped (flat network not detected)


--- Peer Address Check ---
`;

describe("two healthy clusters", async () => {
  const report = await reportOf("healthy");

  test("in short", () => {
    expect(settled(text(report, { ...PIPE, verbose: false }))).toBe(SHORT);
  });

  test("verbose", () => {
    const lines = settled(text(report, { ...PIPE, verbose: true }));
    expect(lines.slice(0, VERBOSE.length)).toBe(VERBOSE);
    expect(lines.slice(VERBOSE.length)).toContain(`
--- Link Topology ---

  from \\ to  cluster1  cluster2
  cluster1   ·         ✅
  cluster2   ✅        ·

✅ cluster1 → cluster2 is connected via 192.0.2.20
✅ cluster2 → cluster1 is connected via 192.0.2.10
✅ Link Topology: 2 links among 2 clusters
`);
  });
});
