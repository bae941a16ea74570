import { contextWord, quote } from "./shell.ts";
import type { ClusterRef } from "../../model/check.ts";
import { remedy } from "../../model/finding.ts";
import type { Remediation } from "../../model/report.ts";

/** What these commands expect of the shell, for the sentence above them. */
export const HELM_VARIABLES =
  "HELM_REPO and ISTIO_IMAGE stand for the chart registry and the version, as in the install guide";

type Chart = "istiod" | "ztunnel" | "cni";

function releaseOf(chart: Chart): string {
  return chart === "cni" ? "istio-cni" : chart;
}

function rest(
  cluster: Pick<ClusterRef, "contextArgument">,
  chart: Chart,
  namespace: string,
  values: readonly string[],
): string {
  const words = [
    releaseOf(chart),
    `"oci://$HELM_REPO/${chart}"`,
    `--kube-context ${contextWord(cluster)}`,
    `-n ${quote(namespace)}`,
    '--version "$ISTIO_IMAGE"',
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
  const { istioNamespace, network = "<network>" } = cluster;
  const install = helmInstall(cluster, "istiod", istioNamespace, [
    "profile=ambient",
    "platforms.peering.enabled=true",
    "license.value=$SOLO_ISTIO_LICENSE_KEY",
  ]);
  // These come from the cluster and the command line: the shell must not look into them.
  const given = [
    `global.network=${network}`,
    `global.multiCluster.clusterName=${network}`,
    ...(revision === undefined ? [] : [`revision=${revision}`]),
  ].map((value) => `--set ${quote(value)}`);
  return remedy(
    `Install istiod with platforms.peering.enabled=true, and a name of its own for the cluster; SOLO_ISTIO_LICENSE_KEY holds the license key, ${HELM_VARIABLES}.`,
    [install, ...given].join(" "),
    look,
  );
}
