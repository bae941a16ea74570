import pLimit from "p-limit";
import { defined } from "../lib/defined.ts";
import { property, record, string } from "../lib/json.ts";
import { oneLine } from "../lib/sanitize.ts";
import { REMOTE_SECRET_SELECTOR } from "../mesh/names.ts";
import { UsageError } from "../model/errors.ts";
import type { ApiServerAttempt } from "../model/probe.ts";
import type { ClusterReader, RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";
import {
  embeddedKubeconfig,
  resolveContext,
  type Environment,
  type Kubeconfig,
} from "../readers/kubeconfig/index.ts";
import { openCluster } from "../readers/live.ts";

/** A live cluster whose remote secrets are tried. */
export interface SecretHolder {
  reader: ClusterReader;
  /** Where remote secrets lie. */
  istioNamespace: string;
}

export interface ApiServerOptions {
  timeoutMs: number;
  concurrency: number;
  /** Proxies to API servers are looked up in it. */
  env: Environment;
  signal: AbortSignal;
}

/** More keys than there are clusters in any mesh. */
const MOST_KEYS = 500;

type Named = Pick<ApiServerAttempt, "from" | "secret" | "cluster">;

/** One kubeconfig in a remote secret. */
interface Credential extends Named {
  bytes: Buffer;
}

function credentialsOf(context: string, secret: RawObject): Credential[] {
  const metadata = property(secret, "metadata");
  const name = string(property(metadata, "name")) ?? "";
  const namespace = string(property(metadata, "namespace")) ?? "";
  return Object.entries(record(property(secret, "data"))).flatMap(([cluster, data]) =>
    typeof data === "string"
      ? [
          {
            from: context,
            secret: { kind: "Secret", namespace: oneLine(namespace), name: oneLine(name) },
            cluster: oneLine(cluster),
            bytes: Buffer.from(data, "base64"),
          },
        ]
      : [],
  );
}

/** `https://host:port` without anything else that a URL may hold. */
function hostOf(server: string): string {
  const url = URL.parse(server);
  return oneLine(url?.host ?? "");
}

/** A text of an API server without the credential, which it may give back in it. */
function without(secrets: readonly (string | undefined)[], text: string): string {
  return secrets.reduce<string>(
    (rest, secret) => (secret ? rest.replaceAll(secret, "…") : rest),
    oneLine(text),
  );
}

async function connectWith(
  config: Kubeconfig,
  { timeoutMs, signal }: ApiServerOptions,
): Promise<Omit<ApiServerAttempt, keyof Named>> {
  const { cluster: entry, user: credential } = resolveContext(config);
  const server = hostOf(entry.server);
  const safe = (text: string): string => without([credential.token, credential.password], text);
  const cluster = openCluster(config, undefined, { timeoutMs });
  const stop = (): void => void cluster.close();
  signal.addEventListener("abort", stop, { once: true });
  try {
    const answer = await cluster.connect();
    if (!answer.ok) {
      const verdict = answer.why === "unauthorized" ? "denied" : "unreachable";
      return { server, verdict, message: safe(answer.detail) };
    }
    const user = answer.value.user === undefined ? undefined : safe(answer.value.user);
    const { serverVersion } = answer.value;
    return {
      server,
      verdict: "connected",
      message: `${server} answers${user === undefined ? "" : ` as to ${user}`}`,
      ...defined({
        user,
        serverVersion: serverVersion === undefined ? undefined : safe(serverVersion),
      }),
    };
  } finally {
    signal.removeEventListener("abort", stop);
    await cluster.close();
  }
}

async function tryOne(
  { bytes, ...named }: Credential,
  options: ApiServerOptions,
): Promise<ApiServerAttempt> {
  try {
    const config = embeddedKubeconfig(bytes, "of the Secret", options.env);
    return { ...named, ...(await connectWith(config, options)) };
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    return { ...named, verdict: "not-tried", message: oneLine(cause.message) };
  }
}

/**
 * Signs in to every API server that a remote secret names, with the credential that it holds, as istiod
 * does: the version, and whom the server takes it for. The Secrets are read here and nowhere kept.
 */
export async function tryApiServers(
  holders: readonly SecretHolder[],
  options: ApiServerOptions,
): Promise<{ attempts: ApiServerAttempt[]; notes: string[] }> {
  const notes: string[] = [];
  const found = await Promise.all(
    holders.map(async ({ reader, istioNamespace }) => {
      // What the checks left of its time may be little.
      reader.renew?.();
      const secrets = await reader.list(RESOURCES.secrets, {
        namespace: istioNamespace,
        labelSelector: REMOTE_SECRET_SELECTOR,
      });
      if (secrets.ok) {
        return secrets.value.flatMap((secret) => credentialsOf(reader.context, secret));
      }
      notes.push(
        `remote secrets of ${reader.context} were not read, and their API servers not tried: ${secrets.detail}`,
      );
      return [];
    }),
  );
  const credentials = found.flat();
  const left = credentials.length - MOST_KEYS;
  if (left > 0) notes.push(`${left} more keys of remote secrets were not tried`);
  const limit = pLimit(options.concurrency);
  const attempts = await Promise.all(
    credentials.slice(0, MOST_KEYS).map((one) => limit(() => tryOne(one, options))),
  );
  return { attempts, notes: notes.toSorted() };
}
