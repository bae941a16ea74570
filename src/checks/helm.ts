import { contextWord, quote } from "../lib/shell.ts";
import type { ClusterRef } from "../model/check.ts";

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
