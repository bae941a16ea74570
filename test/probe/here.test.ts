import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GatheredCluster } from "../../src/model/cluster.ts";
import type { Condition, GatewayFact } from "../../src/model/facts.ts";
import type { ProbeAttempt, ProbeReport } from "../../src/model/probe.ts";
import { probeFromHere } from "../../src/probe/index.ts";
import { type Authority, makeIntermediate, makeLeaf, makeRoot } from "../support/certificates.ts";
import { conditions, eastWestGateway, remoteGateway } from "../support/facts.ts";
import { gatheredCluster } from "../support/gathered.ts";
import { closedPort, tcpServer, type TestServer, tlsServer } from "../support/tls-server.ts";

const LONG = 60_000;
const IDENTITY = "spiffe://cluster.local/ns/istio-eastwest/sa/istio-eastwest";

let root: Authority;
let other: Authority;
let servers: Record<"istiod" | "gateway" | "plain", TestServer>;

beforeAll(async () => {
  [root, other] = await Promise.all([makeRoot(), makeRoot("Other CA")]);
  const intermediate = await makeIntermediate(root);
  const [istiod, gateway] = await Promise.all([
    makeLeaf(intermediate, { dnsNames: ["istiod.istio-system.svc"] }),
    makeLeaf(intermediate, { uris: [IDENTITY] }),
  ]);
  const strict = { requestCert: true, rejectUnauthorized: true, ca: root.pem };
  servers = {
    istiod: await tlsServer([istiod, intermediate]),
    gateway: await tlsServer([gateway, intermediate], strict),
    plain: await tcpServer((socket) => socket.once("data", () => socket.end("HTTP/1.1 400 \r\n"))),
  };
});

afterAll(() => Promise.all(Object.values(servers).map((server) => server.close())));

interface Ports {
  xds: number;
  hbone: number;
}

function listeners({ xds, hbone }: Ports): GatewayFact["listeners"] {
  return [
    { name: "cross-network", port: hbone, protocol: "HBONE", tlsMode: "Passthrough" },
    { name: "xds-tls", port: xds, protocol: "TLS", tlsMode: "Passthrough" },
  ];
}

/** Cluster `b` behind the ports of this machine, and `a` with a link there. */
function mesh(
  ports: Ports,
  {
    roots = { a: root.pem, b: root.pem },
    state,
    address = "127.0.0.1",
  }: {
    roots?: Record<string, string>;
    state?: ReadonlyMap<string, Condition>;
    address?: string;
  } = {},
): GatheredCluster[] {
  const at = { type: "IPAddress", value: address };
  const eastWest = eastWestGateway("b", { statusAddresses: [at], listeners: listeners(ports) });
  const link = remoteGateway("b", {
    addresses: [at],
    listeners: listeners(ports),
    ...(state ? { conditions: state } : {}),
  });
  const pem = (id: string): { rootCertificate: { pem?: string } } => {
    const text = roots[id];
    return { rootCertificate: text === undefined ? {} : { pem: text } };
  };
  return [
    gatheredCluster("a", {
      gateways: { served: true, eastWest: [], remote: [link] },
      services: [],
      ...pem("a"),
    }),
    gatheredCluster("b", {
      gateways: { served: true, eastWest: [eastWest], remote: [] },
      services: [],
      ...pem("b"),
    }),
  ];
}

function probe(clusters: readonly GatheredCluster[]): Promise<ProbeReport> {
  const { signal } = new AbortController();
  return probeFromHere(clusters, [], { timeoutMs: LONG, env: {}, signal });
}

async function attempts(...given: Parameters<typeof mesh>): Promise<ProbeAttempt[]> {
  return (await probe(mesh(...given))).attempts;
}

const good = (): Ports => ({ xds: servers.istiod.port, hbone: servers.gateway.port });

describe("a gateway that answers as it should", () => {
  it("is connected at both ports, verified by the roots of each cluster", async () => {
    const { from, attempts: tried, apiServers, notes, recorded } = await probe(mesh(good()));
    expect(from).toBe("this machine");
    expect({ apiServers, notes, recorded }).toEqual({ apiServers: [], notes: [], recorded: [] });
    expect(
      tried.map(({ to, purpose, verdict, message }) => [to, purpose, verdict, message]),
    ).toEqual([
      [
        "ctx-b",
        "discovery",
        "connected",
        "istiod.istio-system.svc answers, verified by the roots of ctx-a, ctx-b",
      ],
      [
        "ctx-b",
        "traffic",
        "connected",
        `${IDENTITY} answers, verified by the roots of ctx-a, ctx-b; it wants a client certificate, as it should, and was shown none`,
      ],
    ]);
    const [discovery, traffic] = tried;
    expect(discovery?.clientCertificate).toBe("not-required");
    expect(traffic?.clientCertificate).toBe("required");
    expect(discovery?.trust).toEqual([
      { cluster: "ctx-a", trusted: true },
      { cluster: "ctx-b", trusted: true },
    ]);
    expect(discovery?.certificate).toMatchObject({
      subject: "CN=workload",
      issuer: "CN=Intermediate CA,O=Istio,L=a",
      names: ["istiod.istio-system.svc"],
    });
    expect(servers.istiod.names.at(-1)).toBe("istiod.istio-system.svc");
  });

  it("is at odds with a link whose conditions say that it is broken", async () => {
    const state = conditions({ Accepted: "True", Programmed: "True" });
    const [discovery, traffic] = await attempts(good(), { state });
    expect(discovery?.hint).toBe(
      "the link from ctx-a is broken though the address answers here: look at what lies between them, and at what istiod there says",
    );
    expect(traffic?.hint).toBeUndefined();
  });
});

describe("a certificate", () => {
  it("of another root is wrong, and says for whom", async () => {
    const [tried] = await attempts(good(), { roots: { a: other.pem, b: root.pem } });
    expect(tried?.verdict).toBe("wrong-certificate");
    expect(tried?.message).toBe(
      "istiod.istio-system.svc answers, the roots of ctx-a do not verify it: CN=Intermediate CA,O=Istio,L=a is issued by CN=Root CA,O=Istio, which is neither among the roots nor in the chain; those of ctx-b do",
    );
    expect(tried?.hint).toBe(
      "istiod of ctx-a says that it is connected there: it may be this machine alone that does not get through",
    );
  });

  it("that no cluster verifies has each reason counted", async () => {
    const namesake = await makeRoot();
    const [same] = await attempts(good(), { roots: { a: other.pem, b: other.pem } });
    expect(same?.message).toContain("the roots of ctx-a, ctx-b do not verify it: CN=Intermediate");
    const [differ] = await attempts(good(), { roots: { a: other.pem, b: namesake.pem } });
    expect(differ?.message).toContain("(and 1 other reasons)");
  });

  it("is not judged where no roots were read", async () => {
    const [tried] = await attempts(good(), { roots: {} });
    expect(tried?.verdict).toBe("connected");
    expect(tried?.message).toContain("its certificate was not verified, as no roots were read");
    expect(tried?.trust).toEqual([]);
  });
});

describe("what cannot be reached", () => {
  it("is refused, or speaks no TLS", async () => {
    const tried = await attempts({ xds: await closedPort(), hbone: servers.plain.port });
    expect(tried.map(({ verdict, message }) => `${verdict}: ${message}`)).toEqual([
      "refused: the connection is refused: nothing listens there",
      "not-tls: what listens there does not speak TLS",
    ]);
  });

  it("is not tried where its address is none", async () => {
    const tried = await attempts(good(), { address: "10.0.0.256" });
    expect(tried.map(({ verdict, message }) => `${verdict}: ${message}`)).toEqual([
      "not-tried: its address is neither an IP address nor a host name",
      "not-tried: its address is neither an IP address nor a host name",
    ]);
  });

  it("says how long it was waited for, and what DNS gave", async () => {
    const interrupted = AbortSignal.abort(new Error("time is up"));
    const clusters = mesh(good(), { address: "gateway.invalid" });
    const options = { timeoutMs: LONG, env: {}, signal: interrupted };
    const { attempts: tried } = await probeFromHere(clusters, [], options);
    expect(tried.length).toBe(2);
    expect(tried.every(({ verdict }) => verdict !== "connected")).toBe(true);
  });
});

it("says that recordings may be out of date, and have no credentials", async () => {
  const clusters = mesh(good()).map((cluster) => ({ ...cluster, recordedAt: null }));
  const { recorded, notes } = await probe(clusters);
  expect(recorded).toEqual(["ctx-a", "ctx-b"]);
  expect(notes).toEqual([
    "remote secrets of recordings have no credential: their API servers were not tried",
  ]);
});
