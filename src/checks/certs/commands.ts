import { restartIstiod } from "../../mesh/commands/istiod.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import type { ClusterRef } from "../../model/check.ts";
import { signingKey, type Member } from "./member.ts";
import { ROOTS_CONFIG_MAP } from "../../mesh/names.ts";

/** Files that make up Secret cacerts, in Istio's own form and in that of a TLS Secret. */
const FILES = ["ca-cert.pem", "ca-key.pem", "root-cert.pem", "cert-chain.pem"];
const TLS_FILES = ["tls.crt", "tls.key", "ca.crt"];

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
export function showRoot(cluster: ClusterRef): string {
  const read = kubectl(
    cluster,
    "-n",
    cluster.istioNamespace,
    ...dataOf("configmap", ROOTS_CONFIG_MAP, "root-cert.pem"),
  );
  return `${read} | ${SHOW_EACH}`;
}

/** Prints the certificate that istiod signs with. */
export function showSigning({ cluster, intermediate }: Member): string {
  const signer = intermediate.ok ? intermediate.value : undefined;
  const secret = signer?.secret === "istio-ca-secret" ? signer.secret : "cacerts";
  const key = signer ? signingKey(signer) : "ca-cert.pem";
  const read = kubectl(cluster, "-n", cluster.istioNamespace, ...dataOf("secret", secret, key));
  return `${read} | base64 -d | openssl x509 -noout -text`;
}

function fromFiles(names: readonly string[]): string[] {
  return names.map((name) => `--from-file=${name}`);
}

/** Writes Secret cacerts from files in the working directory, then has istiod load it. */
export function replaceSigning({ cluster, intermediate }: Member): string[] {
  const tls = intermediate.ok && intermediate.value.keys.includes("tls.crt");
  // The type of a Secret cannot be changed, and this is the one that cert-manager gives it.
  const form = tls ? ["--type=kubernetes.io/tls", ...fromFiles(TLS_FILES)] : fromFiles(FILES);
  const inNamespace = (...words: string[]): string =>
    kubectl(cluster, "-n", cluster.istioNamespace, ...words);
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
