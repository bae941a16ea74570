import { caFilesOf, CRL_FILE } from "../../mesh/trust/cacerts.ts";
import { restartIstiod } from "../../mesh/commands/istiod.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import { type ClusterCertificates, rootsName } from "./cluster-certificates.ts";

function dataOf(kind: string, name: string, key: string): string[] {
  return ["get", kind, name, "-o", `jsonpath={.data.${key.replaceAll(".", String.raw`\.`)}}`];
}

const SHOW = "openssl x509 -noout -subject -dates -fingerprint -sha256";

/**
 * `openssl x509` reads one certificate and drops the rest, and other commands that read them all
 * print no fingerprint: awk starts it anew for each.
 */
const SHOW_EACH = `awk -v show='${SHOW}' '/-BEGIN/,/-END/ { print | show } /-END/ { close(show) }'`;

/** Prints the root certificates that a cluster's workloads trust. */
export function showRoot(member: Pick<ClusterCertificates, "cluster" | "facts">): string {
  const { cluster } = member;
  const read = kubectl(
    cluster,
    "-n",
    cluster.istioNamespace,
    ...dataOf("configmap", rootsName(member), "root-cert.pem"),
  );
  return `${read} | ${SHOW_EACH}`;
}

/** Prints the certificate that istiod signs with. */
export function showSigning({ cluster, intermediate }: ClusterCertificates): string {
  const signer = intermediate.ok ? intermediate.value : undefined;
  const secret = signer?.secret === "istio-ca-secret" ? signer.secret : "cacerts";
  const key = signer ? caFilesOf(signer.keys).signing : "ca-cert.pem";
  const read = kubectl(cluster, "-n", cluster.istioNamespace, ...dataOf("secret", secret, key));
  return `${read} | base64 -d | openssl x509 -noout -text`;
}

/** Writes Secret cacerts from files in the working directory, then has istiod load it. */
export function replaceSigning({ cluster, intermediate }: ClusterCertificates): string[] {
  const keys = intermediate.ok ? intermediate.value.keys : [];
  const { signing, key, root, chain } = caFilesOf(keys);
  const files = [
    ...new Set([signing, key, root, chain]),
    ...keys.filter((one) => one === CRL_FILE),
  ];
  // The type of a Secret cannot be changed, and this is the one that cert-manager gives it.
  const type = chain === root ? ["--type=kubernetes.io/tls"] : [];
  const form = [...type, ...files.map((name) => `--from-file=${name}`)];
  const inNamespace = (...parameters: string[]): string =>
    kubectl(cluster, "-n", cluster.istioNamespace, ...parameters);
  const make = [
    "create",
    "secret",
    "generic",
    "cacerts",
    ...form,
    "--dry-run=client",
    "-o",
    "yaml",
  ];
  return [`${inNamespace(...make)} | ${inNamespace("apply", "-f", "-")}`, restartIstiod(cluster)];
}
