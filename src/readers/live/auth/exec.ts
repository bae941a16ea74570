import { oneLine } from "../../../lib/sanitize.ts";
import type { ClusterEntry, Environment, ExecEntry } from "../../kubeconfig/index.ts";
import { Fault, within } from "../connection/index.ts";
import { credentialOf, type ExecCredential } from "./exec-answer.ts";
import { runPlugin } from "./exec-process.ts";
import { isSame, type Source } from "./source.ts";

/** Whose plugin it is, and what it may be told of the cluster. */
interface ExecContext {
  userName: string;
  cluster: ClusterEntry;
  env: Environment;
  /** The terminal may be used to ask. */
  interactive: boolean;
}

const VERSIONS: readonly string[] = [
  "client.authentication.k8s.io/v1",
  "client.authentication.k8s.io/v1beta1",
];

/** One run of a plugin, shared by the contexts that would run it with the same words. */
interface Run {
  result: Promise<ExecCredential>;
  /** Once it has come. */
  credential?: ExecCredential;
  /** Those who still wait for it: the last one to give up ends the process. */
  waiting: number;
  cancel: () => void;
}

const runs = new Map<string, Run>();

/**
 * Credentials of an exec plugin. It runs once for all contexts with the same command, arguments,
 * environment and, if it asks for that, cluster; again when its credential has expired or was
 * refused.
 */
export function execSource(exec: ExecEntry, context: ExecContext): Source {
  const plugin = `exec plugin ${quoted(exec.command)} of user ${quoted(context.userName)}`;
  const key = JSON.stringify([exec, exec.provideClusterInfo ? clusterInfo(context.cluster) : null]);
  let failed: Fault | undefined;
  let current: ExecCredential | undefined;
  return {
    async get(signal) {
      if (failed) throw failed;
      if (current && !isExpired(current)) return current;
      try {
        current = await share(key, () => start(exec, plugin, context), signal);
        return current;
      } catch (cause) {
        if (signal.aborted) throw whileWaiting(plugin, signal.reason);
        // Ten requests that follow must not ask ten times for a login.
        if (cause instanceof Fault) failed = cause;
        throw cause;
      }
    },
    refused(sent) {
      if (isSame(runs.get(key)?.credential, sent)) runs.delete(key);
      if (isSame(current, sent)) current = undefined;
      return true;
    },
    renew: () => {
      failed = undefined;
    },
  };
}

function quoted(name: string): string {
  return JSON.stringify(oneLine(name));
}

function isExpired({ expiresAt }: ExecCredential): boolean {
  return expiresAt !== undefined && expiresAt <= Date.now();
}

function whileWaiting(plugin: string, reason: unknown): unknown {
  return reason instanceof Fault && reason.why === "timeout"
    ? new Fault("timeout", `${plugin} gave no credential: ${reason.message}`)
    : reason;
}

async function share(key: string, begin: () => Run, signal: AbortSignal): Promise<ExecCredential> {
  let run = runs.get(key);
  if (!run || (run.credential && isExpired(run.credential))) {
    run = begin();
    runs.set(key, run);
  }
  const mine = run;
  mine.waiting += 1;
  try {
    mine.credential = await within(signal, mine.result);
    return mine.credential;
  } finally {
    mine.waiting -= 1;
    if (mine.waiting === 0 && !mine.credential) {
      mine.cancel();
      if (runs.get(key) === mine) runs.delete(key);
    }
  }
}

function start(exec: ExecEntry, plugin: string, context: ExecContext): Run {
  const interactive = context.interactive && exec.interactiveMode !== "Never";
  const wrong = unusable(exec, interactive);
  if (wrong !== undefined) throw new Fault("unauthorized", `${plugin} ${wrong}`);
  const cluster = exec.provideClusterInfo ? clusterInfo(context.cluster) : undefined;
  const { apiVersion } = exec;
  const info = { kind: "ExecCredential", apiVersion, spec: { interactive, cluster } };
  const env = { ...context.env, KUBERNETES_EXEC_INFO: JSON.stringify(info) };
  const { output, cancel } = runPlugin(exec, { plugin, interactive, env });
  const result = output.then((text) => credentialOf(text, apiVersion, plugin));
  // Everybody may have given up by the time that it fails.
  result.catch(() => undefined);
  return { result, cancel, waiting: 0 };
}

function unusable(exec: ExecEntry, interactive: boolean): string | undefined {
  if (exec.command === "") return "names no command";
  if (!VERSIONS.includes(exec.apiVersion)) {
    return `is of version ${quoted(exec.apiVersion)}; ${VERSIONS.join(" and ")} are known`;
  }
  return exec.interactiveMode === "Always" && !interactive
    ? "needs a terminal to ask for a login"
    : undefined;
}

function clusterInfo(cluster: ClusterEntry): Record<string, unknown> {
  return {
    server: cluster.server,
    "tls-server-name": cluster.tlsServerName,
    "insecure-skip-tls-verify": cluster.skipTLSVerify || undefined,
    "certificate-authority-data": cluster.caData,
    "proxy-url": cluster.proxyUrl,
    "disable-compression": cluster.disableCompression || undefined,
    config: cluster.execConfig,
  };
}
