import { type ClusterFixture, find } from "./cluster.ts";
import { clusterSpiffeId, type SpireCertificateFault } from "./spire.ts";
import type { KubeObject } from "./objects.ts";

/*
 * What users report of SPIRE in ambient meshes, one cause each: as a table for tests, and those that
 * can stand beside each other in one scenario.
 */

type Certificates = Record<SpireCertificateFault, string>;

export interface SpireFault {
  what: string;
  /** The cluster that has it in the scenario; absent: the scenario does not have it. */
  in?: string;
  make: (fixture: ClusterFixture, certificates: Certificates) => void;
  /** Which check says what of it. */
  check: "spire" | "spire-registration" | "spire-bundle" | "spire-trust";
  severity: "fail" | "warn" | "error" | "info";
  message: RegExp;
}

type Json = Record<string, unknown>;

function podSpecs(fixture: ClusterFixture, name: RegExp): Json[] {
  const named = fixture.objects.filter(({ metadata }) => name.test(metadata.name));
  return named.flatMap((object): Json[] => {
    const spec = object["spec"] as Json | undefined;
    const template = spec?.["template"] as { spec: Json } | undefined;
    return spec ? [template?.spec ?? spec] : [];
  });
}

function alterConfig(
  fixture: ClusterFixture,
  name: string,
  key: string,
  alter: (config: Record<string, Json>) => void,
): void {
  const data = find(fixture, "ConfigMap", name)["data"] as Record<string, string>;
  const config = JSON.parse(data[key] ?? "{}") as Record<string, Json>;
  alter(config);
  data[key] = JSON.stringify(config);
}

function alterAgent(fixture: ClusterFixture, alter: (agent: Json) => void): void {
  alterConfig(fixture, "spire-agent", "agent.conf", ({ agent = {} }) => alter(agent));
}

function alterVolume(fixture: ClusterFixture, pods: RegExp, name: string, source: Json): void {
  for (const spec of podSpecs(fixture, pods)) {
    const volumes = (spec["volumes"] ?? []) as Json[];
    spec["volumes"] = volumes.map((one) => (one["name"] === name ? { name, ...source } : one));
  }
}

function setUpstream(fixture: ClusterFixture, certificate: string): void {
  const data = find(fixture, "Secret", "spiffe-upstream-ca")["data"] as Record<string, string>;
  data["tls.crt"] = Buffer.from(certificate).toString("base64");
}

function setBundle(fixture: ClusterFixture, pem: string): void {
  find(fixture, "ConfigMap", "spire-bundle")["data"] = { "bundle.crt": pem };
}

function remove(fixture: ClusterFixture, isMeant: (object: KubeObject) => boolean): void {
  fixture.objects = fixture.objects.filter((object) => !isMeant(object));
}

function toKubeSystem(fixture: ClusterFixture): void {
  const namespace = structuredClone(find(fixture, "Namespace", "istio-system"));
  namespace.metadata.name = "kube-system";
  namespace.metadata.labels = { "kubernetes.io/metadata.name": "kube-system" };
  fixture.objects.push(namespace);
  for (const { metadata } of fixture.objects) {
    if (metadata.labels?.["app"] === "ztunnel" || metadata.name === "ztunnel") {
      metadata.namespace = "kube-system";
    }
  }
}

const isIdentity = ({ kind }: KubeObject): boolean => kind === "ClusterSPIFFEID";

/** The pod waits, as the kubelet or the scheduler says. */
function waits(fixture: ClusterFixture, pod: string, reason: string, message: string): void {
  const object = find(fixture, "Pod", pod);
  const name = (object["spec"] as { containers: { name: string }[] }).containers[0]?.name;
  const state = { waiting: { reason, message } };
  object["status"] = {
    phase: "Pending",
    conditions: [{ type: "Ready", status: "False" }],
    containerStatuses: [{ name, ready: false, restartCount: 4, state }],
  };
}

export const SPIRE_FAULTS: readonly SpireFault[] = [
  {
    what: "the trust bundle is empty",
    in: "cluster1",
    make: (fixture) => {
      find(fixture, "ConfigMap", "spire-bundle")["data"] = {};
    },
    check: "spire-bundle",
    severity: "fail",
    message: /has neither bundle\.crt nor bundle\.spiffe/,
  },
  {
    what: "the trust bundle has only what has expired",
    make: (fixture, { expired }) => setBundle(fixture, expired),
    check: "spire-bundle",
    severity: "fail",
    message: /every certificate of the trust bundle .* has expired: CN=Old Root CA/,
  },
  {
    what: "the trust bundle is not what the Secret holds",
    make: (fixture, { strangersRoot }) => setBundle(fixture, strangersRoot),
    check: "spire-bundle",
    severity: "warn",
    message: /lacks CN=Root CA.* of Secret spire-server\/spiffe-upstream-ca/,
  },
  {
    what: "the server loses its data with its pod",
    in: "cluster1",
    make: (fixture) => alterVolume(fixture, /^spire-server-0$/, "spire-data", { emptyDir: {} }),
    check: "spire",
    severity: "warn",
    message: /keeps its data in an emptyDir/,
  },
  {
    what: "the server waits for its volume",
    in: "cluster2",
    make: (fixture) => {
      find(fixture, "Pod", "spire-server-0")["status"] = {
        phase: "Pending",
        conditions: [
          {
            type: "PodScheduled",
            status: "False",
            reason: "Unschedulable",
            message: "pod has unbound immediate PersistentVolumeClaims",
          },
        ],
      };
    },
    check: "spire",
    severity: "fail",
    message: /spire-server-0: Pending: .*unbound immediate PersistentVolumeClaims/,
  },
  {
    what: "an agent does not start",
    in: "cluster1",
    make: (fixture) => {
      const agent = fixture.objects.find(
        ({ kind, metadata }) => kind === "Pod" && metadata.name.startsWith("spire-agent-"),
      );
      waits(fixture, agent?.metadata.name ?? "", "CrashLoopBackOff", "back-off 1m20s");
    },
    check: "spire",
    severity: "fail",
    message: /spire-agent-\w+: container spire-agent: CrashLoopBackOff/,
  },
  {
    what: "a taint keeps the agent from a node with ztunnel",
    in: "cluster2",
    make: (fixture) => {
      const node = structuredClone(find(fixture, "Node", `${fixture.spec.id}-node-1`));
      const [name, taints] = [
        "tainted",
        [{ key: "dedicated", value: "gpu", effect: "NoSchedule" }],
      ];
      node.metadata.name = name;
      node.metadata.uid = "tainted";
      node["spec"] = { taints, podCIDRs: ["10.9.0.0/24"] };
      const ztunnel = fixture.objects.find(
        ({ kind, metadata }) => kind === "Pod" && metadata.labels?.["app"] === "ztunnel",
      );
      const another = structuredClone(ztunnel ?? node);
      another.metadata.name = "ztunnel-xk8rq";
      another.metadata.uid = "ztunnel-xk8rq";
      (another["spec"] as Json)["nodeName"] = name;
      const daemonSet = find(fixture, "DaemonSet", "ztunnel");
      const spec = (daemonSet["spec"] as { template: { spec: Json } }).template.spec;
      spec["tolerations"] = [{ operator: "Exists" }];
      daemonSet["status"] = { desiredNumberScheduled: 2, numberReady: 2 };
      fixture.objects.push(node, another);
    },
    check: "spire",
    severity: "fail",
    message:
      /no SPIRE agent on node tainted, where ztunnel runs: .* taint dedicated=gpu:NoSchedule/,
  },
  {
    what: "ztunnel is no delegate",
    in: "cluster1",
    make: (fixture) =>
      alterAgent(fixture, (agent) => {
        agent["authorized_delegates"] = ["spiffe://cluster1/ns/istio-system/sa/other"];
      }),
    check: "spire",
    severity: "fail",
    message: /does not have spiffe:\/\/cluster\d\/ns\/istio-system\/sa\/ztunnel among its/,
  },
  {
    what: "there are no delegates at all",
    make: (fixture) => alterAgent(fixture, (agent) => delete agent["authorized_delegates"]),
    check: "spire",
    severity: "fail",
    message: /among its authorized_delegates \(none\)/,
  },
  {
    what: "the admin socket is off",
    make: (fixture) => alterAgent(fixture, (agent) => delete agent["admin_socket_path"]),
    check: "spire",
    severity: "fail",
    message: /has no admin_socket_path/,
  },
  {
    what: "the admin socket is in the pod",
    make: (fixture) =>
      alterVolume(fixture, /^spire-agent$/, "spire-agent-admin-socket-dir", { emptyDir: {} }),
    check: "spire",
    severity: "fail",
    message: /in a volume of its pod, where ztunnel does not reach it/,
  },
  {
    what: "the admin socket is elsewhere",
    in: "cluster2",
    make: (fixture) =>
      alterVolume(fixture, /^spire-agent$/, "spire-agent-admin-socket-dir", {
        hostPath: { path: "/var/lib/spire/csi.spiffe.io/admin" },
      }),
    check: "spire",
    severity: "fail",
    message: /in \/var\/lib\/spire\/csi\.spiffe\.io\/admin of the node, but ztunnel looks in \/run/,
  },
  {
    what: "nothing gives ambient pods an entry",
    in: "cluster1",
    make: (fixture) =>
      remove(
        fixture,
        (object) =>
          isIdentity(object) &&
          ["istio-ambient-reg", "spire-server-spire-default"].includes(object.metadata.name),
      ),
    check: "spire-registration",
    severity: "fail",
    message:
      /no identity for Deployment bookinfo\/reviews-v1: no ClusterSPIFFEID .* selects it; its connections hang/,
  },
  {
    what: "ztunnel is in a namespace that is ignored",
    make: (fixture) => {
      const data = find(fixture, "ConfigMap", "spire-controller-manager")["data"] as Json;
      const text = String(data["controller-manager-config.yaml"]);
      data["controller-manager-config.yaml"] = text.replace("openshift-.*", "istio-.*");
    },
    check: "spire-registration",
    severity: "fail",
    message:
      /DaemonSet istio-system\/ztunnel: .* ignores namespaces that match istio-\.\*; the agents/,
  },
  {
    what: "ztunnel is in kube-system, as on OpenShift, which is ignored",
    make: (fixture) => toKubeSystem(fixture),
    check: "spire-registration",
    severity: "fail",
    message:
      /DaemonSet kube-system\/ztunnel: .* ignores namespaces that match kube-system; the agents/,
  },
  {
    what: "ztunnel is in kube-system, as on OpenShift, and the delegate is not",
    make: (fixture) => toKubeSystem(fixture),
    check: "spire",
    severity: "fail",
    message: /does not have spiffe:\/\/cluster1\/ns\/kube-system\/sa\/ztunnel among its/,
  },
  {
    what: "an identity has another form",
    in: "cluster2",
    make: (fixture) => {
      const id = find(fixture, "ClusterSPIFFEID", "istio-waypoint-reg");
      (id["spec"] as Json)["spiffeIDTemplate"] =
        "spiffe://{{ .TrustDomain }}/waypoints/{{ .PodMeta.Name }}";
      remove(
        fixture,
        (object) =>
          isIdentity(object) &&
          ["istio-ambient-reg", "spire-server-spire-default"].includes(object.metadata.name),
      );
    },
    check: "spire-registration",
    severity: "fail",
    message:
      /Deployment bookinfo\/waypoint: .* another form than \/ns\/NAMESPACE\/sa\/SERVICE-ACCOUNT/,
  },
  {
    what: "a ClusterSPIFFEID is of another class",
    in: "cluster1",
    make: (fixture) =>
      fixture.objects.push(clusterSpiffeId({ name: "other", spec: { className: "elsewhere" } })),
    check: "spire-registration",
    severity: "warn",
    message: /ClusterSPIFFEID other has class elsewhere: .* takes only those of spire-server-spire/,
  },
  {
    what: "a ClusterSPIFFEID counts failures",
    make: (fixture) => {
      find(fixture, "ClusterSPIFFEID", "istio-ztunnel-reg")["status"] = {
        stats: { entryFailures: 2, podEntryRenderFailures: 3 },
      };
    },
    check: "spire-registration",
    severity: "warn",
    message: /counts 2 entries that the server refused and 3 pods whose identity could not be made/,
  },
  {
    what: "a ClusterSPIFFEID is not taken up",
    make: (fixture) => {
      delete find(fixture, "ClusterSPIFFEID", "istio-ztunnel-reg")["status"];
    },
    check: "spire-registration",
    severity: "warn",
    message: /ClusterSPIFFEID istio-ztunnel-reg has no status/,
  },
  {
    what: "the CSI driver is not there",
    in: "cluster2",
    make: (fixture) =>
      remove(fixture, ({ metadata }) => metadata.name.startsWith("spire-spiffe-csi-driver")),
    check: "spire",
    severity: "fail",
    message: /no SPIFFE CSI driver in any namespace, though 1 pod mounts it/,
  },
  {
    what: "a trust domain is not federated",
    in: "cluster1",
    make: (fixture) => {
      const id = find(fixture, "ClusterSPIFFEID", "istio-ztunnel-reg");
      (id["spec"] as Json)["federatesWith"] = ["partner.example"];
    },
    check: "spire-trust",
    severity: "warn",
    message: /istio-ztunnel-reg of cluster\d federates with partner\.example.* no ClusterFederated/,
  },
  {
    what: "the clusters have roots of their own",
    make: (fixture, { stranger, strangersRoot }) => {
      setUpstream(fixture, stranger);
      setBundle(fixture, strangersRoot);
      const data = find(fixture, "Secret", "spiffe-upstream-ca")["data"] as Json;
      data["bundle.crt"] = Buffer.from(strangersRoot).toString("base64");
    },
    check: "spire-trust",
    severity: "fail",
    message: /workloads of cluster2 do not trust those of cluster1: .*CN=Other Root CA/,
  },
  {
    what: "the upstream CA is none",
    make: (fixture, { notCa }) => setUpstream(fixture, notCa),
    check: "spire-bundle",
    severity: "fail",
    message: /is not a CA \(CA:true is missing\)/,
  },
  {
    what: "the upstream CA may not sign",
    make: (fixture, { mayNotSign }) => setUpstream(fixture, mayNotSign),
    check: "spire-bundle",
    severity: "fail",
    message: /its key usage lacks keyCertSign/,
  },
  {
    what: "the upstream CA has no room below it",
    in: "cluster2",
    make: (fixture, { pathZero }) => setUpstream(fixture, pathZero),
    check: "spire-bundle",
    severity: "fail",
    message: /has path length 0/,
  },
  {
    what: "the upstream CA expires soon",
    make: (fixture, { expiring }) => setUpstream(fixture, expiring),
    check: "spire-bundle",
    severity: "warn",
    message: /expires in 20 days/,
  },
  {
    what: "the upstream CA is not valid yet",
    make: (fixture, { later }) => setUpstream(fixture, later),
    check: "spire-bundle",
    severity: "fail",
    message: /is not valid before 2026-01-16/,
  },
  {
    what: "another root signed the upstream CA",
    make: (fixture, { stranger }) => setUpstream(fixture, stranger),
    check: "spire-bundle",
    severity: "fail",
    message: /the roots in Secret .* do not verify its intermediate certificate/,
  },
  {
    what: "the Secret of the upstream CA is not there",
    make: (fixture) => remove(fixture, ({ metadata }) => metadata.name === "spiffe-upstream-ca"),
    check: "spire-bundle",
    severity: "fail",
    message: /Secret spire-server\/spiffe-upstream-ca, which SPIRE's server mounts, does not exist/,
  },
  {
    what: "the bundle file is not configured",
    make: (fixture) =>
      alterConfig(fixture, "spire-server", "server.conf", ({ plugins = {} }) => {
        const [{ disk }] = plugins["UpstreamAuthority"] as [{ disk: { plugin_data: Json } }];
        delete disk.plugin_data["bundle_file_path"];
      }),
    check: "spire-bundle",
    severity: "fail",
    message: /has no bundle_file_path, so its only root is the intermediate certificate/,
  },
  {
    what: "SPIRE has another trust domain than the mesh",
    make: (fixture) => {
      const data = find(fixture, "ConfigMap", "istio")["data"] as Record<string, string>;
      data["mesh"] = "trustDomain: cluster.local\n";
    },
    check: "spire",
    severity: "fail",
    message:
      /SPIRE issues identities of trust domain cluster1, but that of the mesh is cluster\.local/,
  },
  {
    what: "parts of SPIRE have different trust domains",
    make: (fixture) => alterAgent(fixture, (agent) => (agent["trust_domain"] = "else")),
    check: "spire",
    severity: "fail",
    message:
      /parts of SPIRE have different trust domains: .*agent spire-server\/spire-agent has else/,
  },
  {
    what: "a configuration cannot be parsed",
    make: (fixture) => {
      find(fixture, "ConfigMap", "spire-agent")["data"] = { "agent.conf": 'agent { a = "' };
    },
    check: "spire",
    severity: "error",
    message:
      /agent\.conf of ConfigMap spire-server\/spire-agent cannot be parsed, so it was not judged/,
  },
  {
    what: "there is no server",
    make: (fixture) => remove(fixture, ({ metadata }) => metadata.name === "spire-server-0"),
    check: "spire",
    severity: "warn",
    message: /no SPIRE server in any namespace/,
  },
  {
    what: "there are no agents",
    make: (fixture) =>
      remove(
        fixture,
        ({ kind, metadata }) => kind !== "ConfigMap" && metadata.name.startsWith("spire-agent"),
      ),
    check: "spire",
    severity: "fail",
    message: /no SPIRE agent in any namespace/,
  },
];
