import { describe, expect, it } from "vitest";
import { CHECKS } from "../../../src/checks/index.ts";
import { isKnownLine, signatureOf, signaturesFor } from "../../../src/mesh/logs/lookup.ts";
import { LOG_SIGNATURES } from "../../../src/mesh/logs/signatures.ts";

const RETRY =
  "warn deltaadsc disconnected, retrying in 1m0s: rpc error: code = Unavailable desc = ";
const ACCESS =
  'error access connection complete src.addr=10.244.0.9:48814 src.workload="sleep-7bf44b8df8-xj8hk" src.namespace="sample"';

/** Lines as they were seen, or as their source writes them. */
const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  "no-cert-pool": [
    "info Could not verify certificate: no cert pool found for trust domain cluster1.local",
  ],
  "unknown-authority": [
    `${RETRY}connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate signed by unknown authority"`,
  ],
  "certificate-expired": [
    `${RETRY}connection error: desc = "transport: authentication handshake failed: x509: certificate has expired or is not yet valid: current time 2026-01-15T12:00:00Z is after 2026-01-14T00:00:00Z"`,
  ],
  "certificate-name": [
    `${RETRY}"tls: failed to verify certificate: x509: certificate is valid for istiod.istio-system.svc, not istiod.mesh.svc"`,
  ],
  "refused-by-peer": [
    `${RETRY}"error reading from server: remote error: tls: bad certificate"`,
    `${RETRY}"remote error: tls: unknown certificate authority"`,
  ],
  "no-such-host": [
    `${RETRY}"transport: Error while dialing: dial tcp: lookup a1b2.elb.amazonaws.com on 10.96.0.10:53: no such host"`,
  ],
  "connection-refused": [`${RETRY}"dial tcp 192.0.2.20:15012: connect: connection refused"`],
  "no-route": [`${RETRY}"dial tcp 192.0.2.20:15012: connect: no route to host"`],
  "timed-out": [
    `${RETRY}"transport: Error while dialing: dial tcp 192.0.2.20:15012: i/o timeout"`,
    `${RETRY}context deadline exceeded`,
  ],
  "closed-at-once": [
    `${RETRY}"error reading server preface: EOF"`,
    `${RETRY}"read tcp 10.244.0.5:51234->192.0.2.20:15012: read: connection reset by peer"`,
  ],
  "hbone-blocked": [
    `${ACCESS} dst.addr=192.0.2.20:15008 direction="outbound" error="connection timed out, maybe a NetworkPolicy is blocking HBONE port 15008: deadline has elapsed"`,
  ],
  "peer-certificate": [
    `${ACCESS} dst.addr=192.0.2.20:15008 error="io error: invalid peer certificate: UnknownIssuer"`,
    `${ACCESS} dst.workload="NetworkGateway/network-b/172.18.0.6/0" error="io error: invalid peer certificate: Other(OtherError(identity verification error: peer did not present the expected SAN (spiffe://a/ns/x/sa/y), got spiffe://b/ns/x/sa/y))"`,
  ],
  "no-way-behind-address": [
    `${ACCESS} dst.addr=240.240.0.7:9080 direction="outbound" error="io error: deadline has elapsed"`,
  ],
  "no-gateway": [
    `${ACCESS} dst.addr=240.240.0.7:9080 error="unknown network gateway: network-b"`,
    `${ACCESS} dst.addr=240.240.0.7:9080 error="no healthy upstream: reviews.bookinfo.mesh.internal"`,
  ],
  "istiod-not-trusted": [
    `warn xds::client:xds{id=3} XDS client connection error: gRPC connection error connecting to https://istiod.istio-system.svc:15012: status: Unknown, message: "client error (Connect)", source: invalid peer certificate: UnknownIssuer, retrying in 15s`,
  ],
  "refused-by-istiod": [
    `warn xds::client:xds{id=3} XDS client error: gRPC error status: Unauthenticated, message: "authentication failure" (hint: check the control plane logs for more information), retrying in 15s`,
  ],
  "impersonation-refused": [
    "warn identity::manager certificate fetch failed (signing gRPC error (The request does not have valid authentication credentials): request impersonation authentication failure) and no valid existing certificate; will retry in 1s",
  ],
  "istiod-not-reached": [
    `warn xds::client:xds{id=1} XDS client connection error: gRPC connection error connecting to https://istiod.istio-system.svc:15012: status: Unknown, message: "client error (Connect)", source: tcp connect error, retrying in 10ms`,
  ],
  "no-node-agent": [
    `warn inpod::workloadmanager failed to connect to the Istio CNI node agent over "/var/run/ztunnel/ztunnel.sock", is the node agent healthy? details: Os { code: 111 }. retrying in 10ms`,
  ],
  "cannot-bind": [
    "error ztunnel failed to bind to address [::]:15021: Address already in use (os error 98)",
  ],
  "impersonation-not-allowed": [
    "warn serverca impersonation failed for identity spiffe://cluster.local/ns/demo/sa/default, error: caller ({ztunnel-x kube-system 1 ztunnel}) is not allowed to impersonate",
    "warn serverca impersonation not allowed, as node authorizer (CA_TRUSTED_NODE_ACCOUNTS) is not configured",
  ],
  "incomplete-ca": [
    "error failed to create discovery service: failed to create CA: failed to create an istiod CA: incomplete signing CA bundle detected",
  ],
  "ca-not-made": ["error failed to create an istiod CA: unable to parse the key"],
  "istiod-not-started": ["error failed to create discovery service: error initializing: no leader"],
  "remote-cluster-not-added": [
    "error Adding cluster_id=cluster2 from secret=istio-system/istio-remote-secret-cluster2: kubeconfig is empty",
    "error Adding cluster: create remote cluster failed: kubeconfig is not allowed: exec is not allowed",
    "error failed to add remote cluster cluster2: no route to host",
    "error remote cluster cluster2 failed to sync after 30s",
  ],
  "read-only-directory": [
    "warn install hint: some Kubernetes environments require customization of the CNI directory. Ensure you properly set global.platform=<name> during installation",
  ],
  "no-ztunnel-on-node": [
    "error ambient failed to add pod to ztunnel: pod partially added, annotating with pending status",
    "warn ambient Unable to send pod to ztunnel. Will retry. AddPodToMesh returned: no ztunnel connection",
  ],
  "agent-not-started": ["error cni-agent installer failed: copy binaries: permission denied"],
};

describe("kinds of lines", () => {
  it.each(LOG_SIGNATURES.map((one) => [one.id, one] as const))(
    "%s: its lines are told, and nobody else's",
    (id, { component, about, explains }) => {
      const samples = SAMPLES[id] ?? [];
      expect(samples.length).toBeGreaterThan(0);
      expect(explains.length).toBeGreaterThan(0);
      for (const sample of samples) {
        expect([sample, signatureOf(sample, component, about)?.id]).toEqual([sample, id]);
        expect(isKnownLine(sample)).toBe(true);
      }
    },
  );

  it("have names of their own, and explain checks that there are", () => {
    const ids = LOG_SIGNATURES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(Object.keys(SAMPLES).toSorted()).toEqual(ids.toSorted());
    const topics = new Set(CHECKS.flatMap(({ logs = [] }) => logs));
    expect(new Set(LOG_SIGNATURES.flatMap(({ explains }) => explains))).toEqual(topics);
    expect(signaturesFor(["link"]).length).toBeGreaterThan(10);
    expect(signaturesFor()).toEqual([]);
  });

  it.each([
    "info deltaadsc sending initial watch type.googleapis.com/istio.workload.Address",
    "info ads ADS: new delta connection for node:istiod-6d9cdf88cf-6625e.istio-system-12",
    'info access connection complete src.addr=10.244.0.9:48814 dst.addr=10.244.0.12:15008 direction="outbound" bytes_sent=68 duration="3ms"',
    "info Adding cluster cluster2 from secret istio-system/istio-remote-secret-cluster2",
    "info skipping update of cluster_id=cluster2 from secret=istio-system/r: (kubeconfig are identical)",
    "",
  ])("leave the rest alone: %s", (text) => {
    expect(isKnownLine(text)).toBe(false);
  });

  it("mean one thing in the log of one component, and nothing in that of another", () => {
    const text = "warn deltaadsc i/o timeout";
    expect(signatureOf(text, "istiod", "link")?.id).toBe("timed-out");
    expect(signatureOf(text, "istiod", "caller")).toBeUndefined();
    expect(signatureOf(text, "ztunnel", "link")).toBeUndefined();
  });
});
