/*
 * Names and defaults of SPIRE's charts (github.com/spiffe/helm-charts-hardened, 0.24 to 0.30) and of its
 * controller manager. Labels hold only `server` or `agent`, so components are known by their containers.
 */

export const AGENT_CONTAINER = "spire-agent";
export const SERVER_CONTAINER = "spire-server";
export const DRIVER_CONTAINER = "spiffe-csi-driver";
export const MANAGER_CONTAINER = "spire-controller-manager";
/** The driver that gives pods the socket of the agent of their node. */
export const CSI_DRIVER = "csi.spiffe.io";

export const AGENT_CONF = "agent.conf";
export const SERVER_CONF = "server.conf";
export const MANAGER_CONF = "controller-manager-config.yaml";
/** Keys of the ConfigMap of the trust bundle: PEM, and from chart 0.26 on a SPIFFE bundle. */
export const BUNDLE_PEM = "bundle.crt";
export const BUNDLE_SPIFFE = "bundle.spiffe";
/** The namespace in which the guides put SPIRE. */
export const SPIRE_NAMESPACE = "spire-server";

/** Secrets of the upstream CA: as the guide calls it, and as the charts do. */
export const UPSTREAM_SECRETS: readonly string[] = [
  "spiffe-upstream-ca",
  "spire-server-upstream-ca",
];

/** Variables by which a component of Istio is told to take identities from SPIRE. */
const SPIRE_VARIABLE = /(?:^|_)(?:SPIRE|SPIFFE_ENDPOINT)(?:_|$)/;

/** Whether a variable's name is one of those; their names in Solo's charts are not published. */
export function isSpireVariable(name: string): boolean {
  return SPIRE_VARIABLE.test(name);
}

/** The last directory of a path, and what it is in. */
export function directoryOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

export function fileOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Whether two directories of a node are the same, or one is in the other. */
export function isWithin(path: string, directory: string): boolean {
  const [inner, outer] = [path, directory].map((one) => `${one.replace(/\/+$/, "")}/`);
  return inner !== undefined && outer !== undefined && inner.startsWith(outer);
}

/** Keys of the Secret of an upstream CA that hold certificates; the guide and the charts call them so. */
export const UPSTREAM_FILES = ["tls.crt", "ca.crt", BUNDLE_PEM] as const;
