import { contextWord, quote, variable } from "./shell.ts";
import type { ClusterRef } from "../../model/check.ts";
import { remedy } from "../../model/finding.ts";
import type { Remediation } from "../../model/report.ts";

/** What these commands expect of the shell, for the sentence above them. */
export const HELM_VARIABLES =
  "HELM_REPO and ISTIO_IMAGE stand for the chart registry and the version, as in the install guide";

/** The value of the istiod chart that is the license. */
export const LICENSE_VALUE = `license.value=${variable("SOLO_ISTIO_LICENSE_KEY")}`;

type Chart = "istiod" | "ztunnel" | "cni";

function releaseOf(chart: Chart): string {
  return chart === "cni" ? "istio-cni" : chart;
}

function rest(
  cluster: Pick<ClusterRef, "contextArgument" | "kubeconfig">,
  chart: Chart,
  namespace: string,
  values: readonly string[],
): string {
  const words = [
    releaseOf(chart),
    `"oci://${variable("HELM_REPO")}/${chart}"`,
    ...(cluster.kubeconfig === undefined ? [] : [`--kubeconfig ${quote(cluster.kubeconfig)}`]),
    `--kube-context ${contextWord(cluster)}`,
    `-n ${quote(namespace)}`,
    `--version "${variable("ISTIO_IMAGE")}"`,
    ...values.map((value) => `--set "${value}"`),
  ];
  return words.join(" ");
}

/**
 * `helm upgrade` of a chart of Solo's distribution, keeping the release's values but for those
 * given. These are our own words in double quotes, so that they may name shell variables.
 */
export function helmUpgrade(...release: Parameters<typeof rest>): string {
  return `helm upgrade --reuse-values ${rest(...release)}`;
}

/** The same for a release that is not there yet. */
export function helmInstall(...release: Parameters<typeof rest>): string {
  return `helm upgrade --install ${rest(...release)}`;
}

/** Its network, and the CLUSTER_ID of the same name. */
function nameValues(name: string): string[] {
  return [`global.network=${name}`, `global.multiCluster.clusterName=${name}`];
}

/**
 * Where a cluster has no istiod at all: installs one that peers.
 *
 * @param revision `-r`: the one to install
 * @param look shows what there is, should the label be what is missing
 */
export function installIstiod(
  cluster: ClusterRef,
  revision: string | undefined,
  look: string,
): Remediation {
  const { istioNamespace, network } = cluster;
  const install = helmInstall(cluster, "istiod", istioNamespace, [
    "profile=ambient",
    "platforms.peering.enabled=true",
    LICENSE_VALUE,
    ...(network === undefined ? nameValues(variable("NETWORK")) : []),
  ]);
  // These come from the cluster and the command line: the shell must not look into them.
  const given = [
    ...(network === undefined ? [] : nameValues(network)),
    ...(revision === undefined ? [] : [`revision=${revision}`]),
  ].map((value) => `--set ${quote(value)}`);
  const named = network === undefined ? "NETWORK is to be the name of its network, " : "";
  return remedy(
    `Install istiod with platforms.peering.enabled=true, and a name of its own for the cluster; ${named}SOLO_ISTIO_LICENSE_KEY holds the license key, ${HELM_VARIABLES}.`,
    [install, ...given].join(" "),
    look,
  );
}
