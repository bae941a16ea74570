import { describe, expect, it } from "vitest";
import { probePod } from "../../../src/probe/pod/manifest.ts";
import { parseMessage } from "../../../src/probe/pod/message.ts";
import { planPods, podAttempts } from "../../../src/probe/pod/plan.ts";
import { endOf } from "../../../src/probe/pod/run.ts";
import { addressOf, conditions, healthyFacts, remoteGateway } from "../../support/facts.ts";
import { gatheredCluster } from "../../support/gathered.ts";

const gatewaysOf = (id: string, peers: string[]) => ({
  gateways: healthyFacts(id, peers).gateways,
});
const services = (id: string) => ({ services: healthyFacts(id).services });
const clusters = [
  gatheredCluster("a", { ...gatewaysOf("a", ["b"]), ...services("a") }),
  gatheredCluster("b", { ...gatewaysOf("b", []), ...services("b") }),
  gatheredCluster("c", { ...gatewaysOf("c", ["b"]), ...services("c") }),
];
const all = new Set(["ctx-a", "ctx-b", "ctx-c"]);

describe("the plan", () => {
  it("has for each source the gateways of the others, linked or not", () => {
    const { plans, notes } = planPods(clusters, all, all);
    expect(
      plans.map(({ cluster, targets }) => [cluster.ref.context, targets.map(({ to }) => to)]),
    ).toEqual([
      ["ctx-a", ["ctx-b", "ctx-b", "ctx-c", "ctx-c"]],
      ["ctx-b", ["ctx-a", "ctx-a", "ctx-c", "ctx-c"]],
      ["ctx-c", ["ctx-a", "ctx-a", "ctx-b", "ctx-b"]],
    ]);
    expect(notes).toEqual([]);
  });

  it("has an address of a link for its own source only, and none that is no address", () => {
    const gateways = healthyFacts("a", []).gateways;
    const stale = remoteGateway("b", { addresses: [{ type: "IPAddress", value: "198.51.100.7" }] });
    const odd = remoteGateway("b", { addresses: [{ type: "Hostname", value: "$(reboot)" }] });
    const linked = [
      gatheredCluster("a", { gateways: { ...gateways, remote: [stale, odd] }, ...services("a") }),
      ...clusters.slice(1),
    ];
    const { plans, notes } = planPods(linked, new Set(["ctx-a", "ctx-c"]), new Set(["ctx-b"]));
    const addresses = plans.map(({ targets }) => [
      ...new Set(targets.map(({ address }) => address)),
    ]);
    expect(addresses).toEqual([[addressOf("b"), "198.51.100.7"], [addressOf("b")]]);
    expect(notes).toEqual(["not tried, as no address: $(reboot), $(reboot)"]);
  });

  it("is no longer than a message can tell of", () => {
    const addresses = Array.from({ length: 70 }, (_one, index) => ({
      type: "IPAddress",
      value: `198.51.100.${index}`,
    }));
    const gateways = {
      ...healthyFacts("a", []).gateways,
      remote: [remoteGateway("b", { addresses })],
    };
    const many = [gatheredCluster("a", { gateways, ...services("a") }), ...clusters.slice(1, 2)];
    const { plans, notes } = planPods(many, new Set(["ctx-a"]), all);
    expect(plans[0]?.targets.length).toBe(60);
    expect(notes).toEqual(["82 more addresses were not tried from ctx-a"]);
  });
});

describe("what a Pod said", () => {
  const plan = planPods(clusters, new Set(["ctx-a"]), new Set(["ctx-b"])).plans[0];
  if (!plan) throw new Error("there is no plan");

  it("is taken line by line", () => {
    const message = parseMessage(
      "0|connected|12||DNS:istiod\n1|refused|3|192.0.2.1 192.0.2.2 |\nend|openssl\n",
    );
    expect(message.tool).toBe("openssl");
    const attempts = podAttempts(plan, message);
    expect(attempts.map(({ verdict, message: text }) => `${verdict}: ${text}`)).toEqual([
      "connected: it answers: DNS:istiod",
      "refused: the connection is refused: nothing listens there",
    ]);
    expect(attempts[0]?.handshakeMs).toBe(12);
    expect(attempts[1]?.resolved).toEqual(["192.0.2.1", "192.0.2.2"]);
    expect(attempts[0]).not.toHaveProperty("entrance");
  });

  it("is not believed beyond its form", () => {
    const { rows, tool } = parseMessage(
      "rubbish\n0|fine|1||\n1|refused|x||\n2|refused|1||a|b\n3|refused|1||\u001B[31mred\u001B[0m\nend|rm\n",
    );
    expect(tool).toBeUndefined();
    expect([...rows]).toEqual([[3, { verdict: "refused", ms: 1, resolved: [], detail: "red" }]]);
  });

  it("is not tried where it says nothing", () => {
    expect(podAttempts(plan, undefined).map(({ verdict }) => verdict)).toEqual([
      "not-tried",
      "not-tried",
    ]);
  });

  it("is news where the conditions say another thing", () => {
    const [refused] = podAttempts(plan, parseMessage("0|refused|1||"));
    expect(refused?.hint).toMatch(
      /^istiod of ctx-a says that it is connected and a Pod there does not/,
    );
    const gateways = {
      ...healthyFacts("a", []).gateways,
      remote: [remoteGateway("b", { conditions: conditions({ Accepted: "True" }) })],
    };
    const broken = planPods(
      [gatheredCluster("a", { gateways, ...services("a") }), ...clusters.slice(1)],
      new Set(["ctx-a"]),
      new Set(["ctx-b"]),
    ).plans[0];
    const [reached] = broken ? podAttempts(broken, parseMessage("0|connected|1||")) : [];
    expect(reached?.hint).toMatch(/^a Pod of ctx-a gets through and its istiod does not/);
  });
});

describe("the Pod", () => {
  const pod = probePod({
    name: "mc-probe-1",
    namespace: "default",
    image: "registry.example/probe",
    targets: [],
    roots: "",
    timeoutSeconds: 5,
    deadlineSeconds: 100,
  });

  it("is within the restricted Pod Security Standard, out of the mesh, and ends by itself", () => {
    expect(pod).toMatchObject({
      metadata: {
        labels: { "istio.io/dataplane-mode": "none", "sidecar.istio.io/inject": "false" },
      },
      spec: {
        restartPolicy: "Never",
        activeDeadlineSeconds: 100,
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
        containers: [
          {
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ["ALL"] },
            },
          },
        ],
      },
    });
    const { spec } = pod as unknown as { spec: Record<string, unknown> };
    for (const shared of ["hostNetwork", "hostPID", "hostIPC"])
      expect(spec[shared]).toBeUndefined();
    expect(JSON.stringify(spec["volumes"])).not.toContain("hostPath");
  });
});

describe("how a Pod ended", () => {
  const status = (state: unknown, more: object = {}) => ({
    status: { phase: "Pending", containerStatuses: [{ name: "probe", state }], ...more },
  });

  it.each([
    ["still starting", status({ waiting: { reason: "ContainerCreating" } })],
    ["still running", status({ running: {} }, { phase: "Running" })],
    ["without a status", {}],
  ])("is not known of one %s", (_name, pod) => {
    expect(endOf(pod)).toBeUndefined();
  });

  it("is what it said", () => {
    expect(endOf(status({ terminated: { exitCode: 0, message: "end|none" } }))).toEqual({
      message: "end|none",
    });
  });

  it.each([
    [
      status({ waiting: { reason: "ImagePullBackOff", message: "no such image" } }),
      "the Pod tried nothing: container probe: ImagePullBackOff: no such image",
    ],
    [
      status({ terminated: { exitCode: 127, reason: "StartError" } }),
      "the Pod tried nothing: container probe terminated: StartError, exit code 127",
    ],
    [
      { status: { phase: "Failed", reason: "DeadlineExceeded", message: "too long" } },
      "the Pod tried nothing: DeadlineExceeded: too long",
    ],
    [
      status({ terminated: { exitCode: 0 } }, { phase: "Succeeded" }),
      "the Pod tried nothing: it has finished",
    ],
  ])("is said in words: %#", (pod, problem) => {
    expect(endOf(pod)).toEqual({ problem });
  });
});
