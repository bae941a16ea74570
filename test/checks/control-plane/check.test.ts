import { describe, expect, test } from "vitest";
import { controlPlane } from "../../../src/checks/control-plane/check.ts";
import type { Verdict } from "../../../src/model/check.ts";
import type { PodFact, WorkloadFact } from "../../../src/model/facts.ts";
import { missing } from "../../../src/model/gathered.ts";
import {
  eastWestGateway,
  istiod,
  labels,
  pod,
  remoteGateway,
  runCluster,
  workload,
} from "../../support/facts.ts";

const GATEWAY = labels({ "gateway.networking.k8s.io/gateway-name": "istio-eastwest" });
const FORBIDDEN = missing("forbidden", "it is forbidden");
const UPGRADE_ISTIOD =
  'helm upgrade --reuse-values istiod "oci://${HELM_REPO:?}/istiod" --kube-context ctx-a -n istio-system --version "${ISTIO_IMAGE:?}" --set "global.hub=${REPO:?}" --set "global.tag=${ISTIO_IMAGE:?}"';
const UPGRADE_ZTUNNEL =
  'helm upgrade --reuse-values ztunnel "oci://${HELM_REPO:?}/ztunnel" --kube-context ctx-a -n istio-system --version "${ISTIO_IMAGE:?}" --set "hub=${REPO:?}" --set "tag=${ISTIO_IMAGE:?}"';
const RESTART_GATEWAYS =
  "kubectl --context ctx-a -n istio-eastwest rollout restart deployment -l gateway.networking.k8s.io/gateway-name";

function image(container: string, tag: string): Pick<WorkloadFact, "images"> {
  return { images: [{ container, image: `r.example:5000/istio/${container}:${tag}` }] };
}

function istiods(tag: string, changes = {}) {
  return { judged: [istiod({ ...image("discovery", tag), ...changes })], others: [] };
}

function ztunnel(tag: string): WorkloadFact {
  return workload(image("istio-proxy", tag));
}

function gatewayDeployment(tag: string, changes: Partial<WorkloadFact> = {}): WorkloadFact {
  return workload({
    kind: "Deployment",
    namespace: "istio-eastwest",
    name: "istio-eastwest",
    labels: GATEWAY,
    ...image("istio-proxy", tag),
    ...changes,
  });
}

function ztunnelPod(name: string, tag: string, changes: Partial<PodFact> = {}): PodFact {
  return pod({
    name,
    labels: labels({ app: "ztunnel" }),
    ...image("istio-proxy", tag),
    ...changes,
  });
}

/** All components with images of that tag. */
function all(tag: string) {
  return {
    istiods: istiods(tag),
    ztunnels: [ztunnel(tag)],
    gatewayDeployments: [gatewayDeployment(tag)],
  };
}

function gateways(eastWest: Record<string, string> = {}, remote: Record<string, string> = {}) {
  return {
    gateways: {
      served: true,
      eastWest: [eastWestGateway("a", { annotations: labels(eastWest) })],
      remote: [remoteGateway("b", { annotations: labels(remote) })],
    },
  };
}

function outcomes({ findings }: Verdict): [string, string][] {
  return findings
    .filter(({ severity }) => severity !== "pass")
    .map(({ severity, message }) => [severity, message]);
}

test("healthy", () => {
  const { summary, findings } = runCluster(controlPlane);
  expect(summary).toBe("istiod, ztunnel and gateways run 1.28.5-solo");
  expect(findings).toEqual([
    {
      severity: "pass",
      message: "istiod istio-system/istiod runs 1.28.5-solo",
      object: { kind: "Deployment", namespace: "istio-system", name: "istiod" },
    },
    {
      severity: "pass",
      message: "ztunnel istio-system/ztunnel runs 1.28.5-solo",
      object: { kind: "DaemonSet", namespace: "istio-system", name: "ztunnel" },
    },
    {
      severity: "pass",
      message: "gateway istio-eastwest/istio-eastwest runs 1.28.5-solo",
      object: { kind: "Deployment", namespace: "istio-eastwest", name: "istio-eastwest" },
    },
  ]);
});

test("variants and patch releases of one minor are fine", () => {
  const verdict = runCluster(controlPlane, {
    istiods: istiods("1.28.5-solo-fips"),
    ztunnels: [ztunnel("1.28.5-solo-distroless")],
    gatewayDeployments: [gatewayDeployment("1.28.4-solo")],
  });
  expect(outcomes(verdict)).toEqual([]);
  expect(verdict.summary).toBe(
    "istiod, ztunnel and gateways run 1.28.5-solo-fips, 1.28.5-solo, 1.28.4-solo",
  );
});

describe("builds", () => {
  test("not of Solo's distribution fail, each component with its own command", () => {
    const verdict = runCluster(controlPlane, all("1.28.5"));
    const fault = "runs 1.28.5: not a build of Solo's distribution (-solo)";
    expect(outcomes(verdict)).toEqual([
      ["fail", `istiod istio-system/istiod ${fault}`],
      ["fail", `ztunnel istio-system/ztunnel ${fault}`],
      ["fail", `gateway istio-eastwest/istio-eastwest ${fault}`],
    ]);
    expect(verdict.summary).toBe("3 faults");
    expect(verdict.findings.map(({ remediation }) => remediation?.commands)).toEqual([
      [UPGRADE_ISTIOD],
      [UPGRADE_ZTUNNEL],
      [RESTART_GATEWAYS],
    ]);
    expect(verdict.findings[0]?.remediation?.summary).toContain("1.24.3 or later");
  });

  test.each(["1.24.2-solo", "1.24.3-alpha.0-solo", "1.23.9-solo", "0.8.0-solo"])(
    "%s is too old",
    (tag) => {
      const verdict = runCluster(controlPlane, all(tag));
      expect(outcomes(verdict)).toHaveLength(3);
      expect(verdict.findings[0]).toMatchObject({
        severity: "fail",
        message: `istiod istio-system/istiod runs ${tag}: peering needs 1.24.3 or later`,
      });
    },
  );

  test.each(["1.24.3-solo", "1.25.0-solo", "1.30.0-alpha.1-solo", "2.0.0-solo"])(
    "%s is not",
    (tag) => {
      expect(outcomes(runCluster(controlPlane, all(tag)))).toEqual([]);
    },
  );

  test("both faults are one finding", () => {
    const { findings } = runCluster(controlPlane, all("1.22.0"));
    expect(findings[0]?.message).toBe(
      "istiod istio-system/istiod runs 1.22.0: not a build of Solo's distribution (-solo); peering needs 1.24.3 or later",
    );
  });
});

describe("1.26", () => {
  test.each(["1.26.0-solo", "1.26.1-solo-fips", "1.26.1-rc.1-solo"])("%s warns", (tag) => {
    const verdict = runCluster(controlPlane, all(tag));
    expect(outcomes(verdict).map(([severity]) => severity)).toEqual(["warn", "warn", "warn"]);
    expect(verdict.findings[0]?.message).toContain(`runs ${tag}, which lacks FIPS images`);
    expect(verdict.findings[0]?.remediation?.summary).toContain("1.26.1-patch0");
    expect(verdict.findings[0]?.remediation?.commands).toEqual([UPGRADE_ISTIOD]);
  });

  test.each(["1.26.1-patch0-solo", "1.26.1-patch1-solo-fips", "1.26.2-solo"])(
    "%s is sound",
    (tag) => {
      expect(outcomes(runCluster(controlPlane, all(tag)))).toEqual([]);
    },
  );
});

describe("NodePort peering", () => {
  const EAST_WEST = "peering.solo.io/data-plane-service-type";
  const REMOTE = "peering.solo.io/preferred-data-plane-service-type";

  test.each([
    ["an east-west gateway", gateways({ [EAST_WEST]: "NodePort" })],
    ["a remote gateway", gateways({}, { [REMOTE]: "nodeport" })],
  ])("asked for by %s needs 1.28", (_, changes) => {
    const old = runCluster(controlPlane, { ...all("1.27.9-solo"), ...changes });
    expect(outcomes(old)).toHaveLength(3);
    expect(old.findings[0]).toMatchObject({
      severity: "fail",
      message: "istiod istio-system/istiod runs 1.27.9-solo: NodePort peering needs 1.28 or later",
      remediation: { commands: [UPGRADE_ISTIOD] },
    });
    expect(old.findings[0]?.remediation?.summary).toContain("a Solo build of 1.28 or later");
    expect(outcomes(runCluster(controlPlane, { ...all("1.28.0-solo"), ...changes }))).toEqual([]);
  });

  test("is not asked for by LoadBalancer", () => {
    const changes = gateways({ [EAST_WEST]: "LoadBalancer" }, { [REMOTE]: "loadbalancer" });
    expect(outcomes(runCluster(controlPlane, { ...all("1.27.9-solo"), ...changes }))).toEqual([]);
  });
});

test("different minors warn, with commands for those behind", () => {
  const verdict = runCluster(controlPlane, {
    istiods: istiods("1.28.5-solo"),
    ztunnels: [
      ztunnel("1.27.8-solo"),
      workload({ name: "z2", ...image("istio-proxy", "1.27.8-solo") }),
    ],
    gatewayDeployments: [gatewayDeployment("1.28.5-solo")],
  });
  expect(outcomes(verdict)).toEqual([
    [
      "warn",
      "components run different minor versions: istiod istio-system/istiod 1.28.5-solo, ztunnel istio-system/ztunnel 1.27.8-solo, ztunnel istio-system/z2 1.27.8-solo, gateway istio-eastwest/istio-eastwest 1.28.5-solo",
    ],
  ]);
  expect(verdict.findings.at(-1)?.remediation?.summary).toContain("such as 1.28");
  expect(verdict.findings.at(-1)?.remediation?.commands).toEqual([UPGRADE_ZTUNNEL]);
});

describe("images by digest", () => {
  const images = [{ container: "discovery", image: `r.example/pilot@sha256:${"0".repeat(64)}` }];

  test("are judged by their label", () => {
    const verdict = runCluster(controlPlane, {
      istiods: { judged: [istiod({ images, versionLabel: "1.28.5" })], others: [] },
    });
    expect(outcomes(verdict)[0]?.[1]).toContain("istiod istio-system/istiod runs 1.28.5: not");
  });

  test("without one are not checked", () => {
    const verdict = runCluster(controlPlane, {
      istiods: { judged: [istiod({ images })], others: [] },
    });
    expect(outcomes(verdict)).toEqual([
      [
        "info",
        "istiod istio-system/istiod: version not checked: its image is named by digest and label app.kubernetes.io/version gives none",
      ],
    ]);
    expect(verdict.summary).toBe("ztunnel and gateways run 1.28.5-solo");
  });
});

describe("pods", () => {
  test("that run another version than their workload count, once a version", () => {
    const verdict = runCluster(controlPlane, {
      ztunnelPods: [
        ztunnelPod("ztunnel-1", "1.28.5-solo"),
        ztunnelPod("ztunnel-2", "1.27.8-solo"),
        ztunnelPod("ztunnel-3", "1.27.8-solo"),
        ztunnelPod("ztunnel-4", "prod"),
        ztunnelPod("ztunnel-5", "1.20.0", { deleting: true }),
        ztunnelPod("ztunnel-6", "1.20.0", { finished: true }),
      ],
    });
    expect(verdict.findings.map(({ message }) => message)).toContain(
      "ztunnel pod istio-system/ztunnel-2 runs 1.27.8-solo",
    );
    expect(verdict.findings).toHaveLength(5);
    expect(outcomes(verdict)).toHaveLength(1);
    expect(verdict.summary).toContain("different minor versions");
  });

  test("of istiod belong to the judged revision of their namespace", () => {
    const old = image("discovery", "1.20.0");
    const verdict = runCluster(controlPlane, {
      istiodPods: [
        pod({ name: "other-revision", labels: labels({ "istio.io/rev": "1-20" }), ...old }),
        pod({ name: "other-namespace", namespace: "old", ...old }),
        pod({ name: "same", labels: labels({}), ...image("discovery", "1.28.4-solo") }),
      ],
    });
    expect(outcomes(verdict)).toEqual([]);
    expect(verdict.findings.map(({ message }) => message)).toContain(
      "istiod pod istio-system/same runs 1.28.4-solo",
    );
  });

  test("stand in for workloads that could not be read", () => {
    const verdict = runCluster(controlPlane, {
      ztunnels: FORBIDDEN,
      ztunnelPods: [ztunnelPod("ztunnel-1", "prod"), ztunnelPod("ztunnel-2", "prod")],
      gatewayDeployments: FORBIDDEN,
      gatewayPods: [
        pod({
          namespace: "istio-eastwest",
          name: "istio-eastwest-1",
          labels: GATEWAY,
          ...image("istio-proxy", "1.28.5-solo"),
        }),
      ],
    });
    expect(outcomes(verdict)).toEqual([
      [
        "info",
        "ztunnel pod istio-system/ztunnel-1: version not checked: its tag prod is no version and label app.kubernetes.io/version gives none",
      ],
      ["info", "version of ztunnel not checked: it is forbidden"],
    ]);
    expect(verdict.summary).toBe("istiod and gateways run 1.28.5-solo");
  });
});

test("waypoints, ingress gateways and namesakes elsewhere do not count", () => {
  const verdict = runCluster(controlPlane, {
    gatewayDeployments: [
      gatewayDeployment("1.28.5-solo"),
      gatewayDeployment("1.20.0", { namespace: "apps" }),
      gatewayDeployment("1.20.0", {
        name: "waypoint",
        labels: labels({ "gateway.networking.k8s.io/gateway-name": "waypoint" }),
      }),
    ],
  });
  expect(outcomes(verdict)).toEqual([]);
});

describe("what could not be read", () => {
  test("is not checked, and the rest is", () => {
    const verdict = runCluster(controlPlane, {
      ztunnels: FORBIDDEN,
      ztunnelPods: FORBIDDEN,
      istiodPods: FORBIDDEN,
      gatewayDeployments: [],
      gatewayPods: FORBIDDEN,
    });
    expect(outcomes(verdict)).toEqual([
      ["info", "version of ztunnel not checked: it is forbidden"],
      ["info", "version of gateways not checked: it is forbidden"],
    ]);
    expect(verdict.summary).toBe("istiod runs 1.28.5-solo");
  });

  test("Gateways: neither their versions nor NodePort peering", () => {
    const verdict = runCluster(controlPlane, { gateways: FORBIDDEN, ...all("1.27.9-solo") });
    expect(outcomes(verdict)).toEqual([
      ["info", "gateway versions and NodePort peering not checked: it is forbidden"],
    ]);
    expect(verdict.summary).toBe("istiod and ztunnel run 1.27.9-solo");
  });
});

describe("what is not there", () => {
  test("no istiod: skipped, for env-vars has the fault", () => {
    const verdict = runCluster(controlPlane, { istiods: { judged: [], others: [] } });
    expect(verdict.findings.at(-1)).toEqual({
      severity: "skip",
      message: "no istiod to judge",
      blockedBy: "ctx-a/env-vars",
    });
    expect(verdict.summary).toBe("ztunnel and gateways run 1.28.5-solo");
  });

  test("nothing but gateways, or nothing at all", () => {
    const none = { istiods: { judged: [], others: [] }, ztunnels: [], ztunnelPods: [] };
    expect(runCluster(controlPlane, none).summary).toBe("gateways run 1.28.5-solo");
    const verdict = runCluster(controlPlane, {
      ...none,
      gateways: { served: false, eastWest: [], remote: [] },
    });
    expect(verdict.summary).toBe("no version could be read");
    expect(verdict.findings.map(({ severity }) => severity)).toEqual(["skip"]);
  });
});
