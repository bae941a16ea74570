import { compareVersions, hasMinor, minorOf, type IstioVersion } from "../../mesh/versions.ts";
import { GATEWAY_NAME } from "../../mesh/names.ts";
import { enumerate } from "../../mesh/wording.ts";
import { offersNodePorts, prefersNodePorts } from "../../mesh/data-plane.ts";
import { kubectl, variable } from "../../mesh/commands/shell.ts";
import { clusterCheck, type ClusterRef } from "../../model/check.ts";
import type { GatewaysFact } from "../../model/facts.ts";
import { checkOf, fail, info, pass, remedy, skip, summarize, warn } from "../../model/finding.ts";
import type { Gathered, Missing } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";
import { HELM_VARIABLES, helmUpgrade } from "../../mesh/commands/helm.ts";
import {
  gatewayComponents,
  istiodComponents,
  ztunnelComponents,
  type Component,
  type ComponentKind,
} from "./components.ts";
import { notChecked } from "../_shared/not-checked.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "control-plane": undefined;
  }
}

const OLDEST = { major: 1, minor: 24, patch: 3 };
/** The first 1.26 with FIPS images and outlier detection in ztunnel. */
const SOUND_1_26 = { major: 1, minor: 26, patch: 1, patchLevel: 0 };

type Known = Component & { version: IstioVersion };

function valueOf<T>(input: Gathered<T[]>): T[] {
  return input.ok ? input.value : [];
}

function firstMissing(...inputs: readonly Gathered<unknown>[]): Missing | undefined {
  return inputs.find((input) => !input.ok);
}

function usesNodePort({ eastWest, remote }: GatewaysFact): boolean {
  return eastWest.some(offersNodePorts) || remote.some(prefersNodePorts);
}

/** A gateway gets its image from istiod, so it follows by a restart. */
function upgradeCommand({ kind, object: { namespace } }: Component, cluster: ClusterRef): string {
  if (kind === "gateway") {
    const words = ["-n", namespace, "rollout", "restart", "deployment", "-l", GATEWAY_NAME];
    return kubectl(cluster, ...words);
  }
  const prefix = kind === "istiod" ? "global." : "";
  const values = [`${prefix}hub=${variable("REPO")}`, `${prefix}tag=${variable("ISTIO_IMAGE")}`];
  return helmUpgrade(cluster, kind, namespace, values);
}

function upgrade(to: string, components: readonly Component[], cluster: ClusterRef) {
  return remedy(
    `Upgrade to ${to}; restart gateways after istiod, which gives them their image (REPO stands for the image registry; ${HELM_VARIABLES}).`,
    ...new Set(components.map((component) => upgradeCommand(component, cluster))),
  );
}

/** What peering asks of a component, where there is peering. */
interface Demands {
  peering: boolean;
  nodePort: boolean;
}

function judge(component: Component, { peering, nodePort }: Demands, cluster: ClusterRef): Finding {
  const { label, object, version } = component;
  if (!version) return info(`${label}: version not checked: ${component.why}`, { object });
  if (!peering) return pass(`${label} runs ${version.text}`, { object });
  const faults = [
    ...(version.solo ? [] : ["not a build of Solo's distribution (-solo)"]),
    ...(compareVersions(version, OLDEST) < 0 ? ["peering needs 1.24.3 or later"] : []),
    ...(nodePort && !hasMinor(version, 1, 28) ? ["NodePort peering needs 1.28 or later"] : []),
  ];
  const runs = `${label} runs ${version.text}`;
  if (faults.length > 0) {
    return fail(`${runs}: ${faults.join("; ")}`, {
      object,
      remediation: upgrade(
        `a Solo build of ${nodePort ? "1.28" : "1.24.3"} or later`,
        [component],
        cluster,
      ),
    });
  }
  if (minorOf(version) === "1.26" && compareVersions(version, SOUND_1_26) < 0) {
    return warn(`${runs}, which lacks FIPS images and outlier detection in ztunnel`, {
      object,
      remediation: upgrade("1.26.1-patch0-solo or later", [component], cluster),
    });
  }
  return pass(runs, { object });
}

function isKnown(component: Component): component is Known {
  return component.version !== undefined;
}

function differentMinors(known: readonly Known[], cluster: ClusterRef): Finding[] {
  const newest = known.toSorted((a, b) => compareVersions(b.version, a.version))[0]?.version;
  if (!newest) return [];
  const behind = known.filter(({ version }) => minorOf(version) !== minorOf(newest));
  if (behind.length === 0) return [];
  const list = enumerate(known.map(({ label, version }) => `${label} ${version.text}`));
  return [
    warn(`components run different minor versions: ${list}`, {
      remediation: upgrade(`one minor version, such as ${minorOf(newest)}`, behind, cluster),
    }),
  ];
}

const PLURAL: Readonly<Record<ComponentKind, string>> = {
  istiod: "istiod",
  ztunnel: "ztunnel",
  gateway: "gateways",
};

function fineText(known: readonly Known[]): string {
  const names = [...new Set(known.map(({ kind }) => PLURAL[kind]))];
  const last = names.at(-1);
  if (last === undefined) return "no version could be read";
  const versions = [...new Set(known.map(({ version }) => version.text))].join(", ");
  if (names.length > 1) return `${names.slice(0, -1).join(", ")} and ${last} run ${versions}`;
  return `${last} ${last === PLURAL.gateway ? "run" : "runs"} ${versions}`;
}

export const controlPlane = clusterCheck({
  id: "control-plane",
  title: "Control Plane Version Check",
  view: { rank: 110 },
  why: "Peering is a feature of Solo's distribution from 1.24.3 on, and the parts of any mesh must understand each other.",
  reads:
    "Images of istiod, ztunnel and the east-west gateways; label app.kubernetes.io/version for images by digest.",
  faults: [
    "With peering, an image is not a Solo build, or older than 1.24.3.",
    "Gateways ask for NodePort peering, and an image is older than 1.28.",
    "With peering, an image is 1.26.0 or 1.26.1 without a patch level (warning).",
    "Components run different minor versions (warning).",
  ],
  fixes: [
    "Upgrade the istiod and ztunnel releases to one Solo build, 1.28 or later for NodePort.",
    "Restart the east-west gateways after istiod: they get their image from it.",
    "Instead of 1.26.0 and 1.26.1 use 1.26.1-patch0 or later.",
  ],
  needs: ["istiods"],
  uses: ["istiodPods", "ztunnels", "ztunnelPods", "gateways", "gatewayDeployments", "gatewayPods"],
  run(facts, { cluster, kinds }) {
    const { istiods, ztunnels, ztunnelPods, gateways, gatewayDeployments, gatewayPods } = facts;
    const ofIstiod = istiodComponents(istiods, valueOf(facts.istiodPods));
    const ofZtunnel = ztunnelComponents(valueOf(ztunnels), valueOf(ztunnelPods));
    const eastWest = gateways.ok ? gateways.value.eastWest : [];
    const ofGateways = gatewayComponents(
      eastWest,
      valueOf(gatewayDeployments),
      valueOf(gatewayPods),
    );
    const notes: Finding[] = [];
    if (ofIstiod.length === 0) {
      notes.push(
        kinds.has("peering")
          ? skip("no istiod to judge", { blockedBy: checkOf(cluster.context, "env-vars") })
          : skip("no istiod here"),
      );
    }
    const noZtunnel = firstMissing(ztunnels, ztunnelPods);
    if (noZtunnel) notes.push(notChecked("version of ztunnel", noZtunnel));
    const noGateway =
      ofGateways.length === 0 && eastWest.length > 0
        ? firstMissing(gatewayDeployments, gatewayPods)
        : undefined;
    if (noGateway) notes.push(notChecked("version of gateways", noGateway));
    if (!gateways.ok) notes.push(notChecked("gateway versions and NodePort peering", gateways));

    const components = [...ofIstiod, ...ofZtunnel, ...ofGateways];
    const known = components.filter(isKnown);
    const demands = {
      peering: kinds.has("peering"),
      nodePort: gateways.ok && usesNodePort(gateways.value),
    };
    const findings = [
      ...components.map((component) => judge(component, demands, cluster)),
      ...differentMinors(known, cluster),
      ...notes,
    ];
    return { findings, summary: summarize(findings, fineText(known)) };
  },
});
