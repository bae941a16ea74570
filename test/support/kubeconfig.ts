import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dump } from "js-yaml";
import type { SignedUser } from "./apiserver/instance.ts";
import type { AuthKind, KubeconfigOptions } from "./apiserver/types.ts";

interface Named {
  name: string;
}

/** A kubeconfig as kubectl reads it. */
export interface Kubeconfig {
  apiVersion: "v1";
  kind: "Config";
  "current-context": string;
  clusters: (Named & { cluster: Record<string, unknown> })[];
  contexts: (Named & { context: Record<string, unknown> })[];
  users: (Named & { user: Record<string, unknown> })[];
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");

function writePrivate(file: string, text: string): string {
  writeFileSync(file, text, { mode: 0o600 });
  // An existing file keeps its mode.
  chmodSync(file, 0o600);
  return file;
}

/** What stands under `user:` for each way to sign in. */
const CREDENTIALS: Record<
  AuthKind,
  (user: SignedUser, file: (suffix: string) => string) => Record<string, unknown>
> = {
  token: ({ token }) => ({ token }),
  tokenFile: ({ token }, file) => ({ tokenFile: writePrivate(file("token"), `${token}\n`) }),
  clientCertificate: ({ certificate }) => ({
    "client-certificate-data": base64(certificate.certPem),
    "client-key-data": base64(certificate.keyPem),
  }),
  exec: ({ token }, file) => ({
    exec: {
      apiVersion: "client.authentication.k8s.io/v1",
      command: process.execPath,
      args: [writePrivate(file("exec.cjs"), execPlugin(token))],
      interactiveMode: "Never",
    },
  }),
};

function execPlugin(token: string): string {
  const credential = {
    apiVersion: "client.authentication.k8s.io/v1",
    kind: "ExecCredential",
    status: { token },
  };
  return `process.stdout.write(${JSON.stringify(JSON.stringify(credential))});\n`;
}

/** A kubeconfig with one context for one user of one server. */
export function clusterKubeconfig(
  server: { url: string; caPem: string },
  user: SignedUser,
  { context: name = "cluster", auth = "token", namespace, dir }: KubeconfigOptions,
): Kubeconfig {
  const credentials = CREDENTIALS[auth](user, (suffix) => join(dir, `${name}-${suffix}`));
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [
      {
        name,
        cluster: { server: server.url, "certificate-authority-data": base64(server.caPem) },
      },
    ],
    contexts: [
      {
        name,
        context: { cluster: name, user: name, ...(namespace !== undefined && { namespace }) },
      },
    ],
    users: [{ name, user: credentials }],
  };
}

/** Several kubeconfigs as one; the first one's context is current. */
function mergeKubeconfigs(configs: readonly [Kubeconfig, ...Kubeconfig[]]): Kubeconfig {
  return {
    ...configs[0],
    clusters: configs.flatMap(({ clusters }) => clusters),
    contexts: configs.flatMap(({ contexts }) => contexts),
    users: configs.flatMap(({ users }) => users),
  };
}

/**
 * Merges kubeconfigs into one file that only its owner can read.
 *
 * @returns the file
 */
export function writeKubeconfig(
  file: string,
  configs: readonly [Kubeconfig, ...Kubeconfig[]],
): string {
  return writePrivate(file, dump(mergeKubeconfigs(configs)));
}
