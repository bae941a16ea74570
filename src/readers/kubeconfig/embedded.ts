import { property, string } from "../../lib/json.ts";
import { UsageError } from "../../model/errors.ts";
import { resolveContext } from "./context.ts";
import { entries, type Environment, type Kubeconfig } from "./load.ts";
import type { Entry } from "./model.ts";
import { parseKubeconfig } from "./parse.ts";

/*
 * A kubeconfig that stands in an object of a cluster, as in a remote secret. Somebody else wrote it: it
 * must not make mc run a program, read a file of this machine or show a credential to whoever answers.
 */

/** What a user or a cluster of such a kubeconfig may not have, and why. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ["exec", "runs a program"],
  ["auth-provider", "signs in with a provider"],
  ["tokenFile", "names a file"],
  ["certificate-authority", "names a file"],
  ["client-certificate", "names a file"],
  ["client-key", "names a file"],
]);

function refusal(entry: Entry | undefined): string | undefined {
  return [...REFUSED].find(([key]) => property(entry?.value, key) !== undefined)?.[0];
}

function refuse(what: string, why: string): UsageError {
  return new UsageError(`kubeconfig ${what} is not used: ${why}`);
}

/**
 * The kubeconfig with its current context, or its only one, to be opened as any other.
 *
 * @param name whose it is, in messages that begin with `kubeconfig`: `of Secret a/b`
 * @throws UsageError it is none, or its credential would go to others than the API server that it
 *   names; nothing of it is quoted but names
 */
export function embeddedKubeconfig(bytes: Uint8Array, name: string, env: Environment): Kubeconfig {
  const parsed = parseKubeconfig(bytes, name);
  const lists = {
    contexts: entries(parsed, "context", name),
    clusters: entries(parsed, "cluster", name),
    users: entries(parsed, "user", name),
  };
  for (const entry of [...lists.clusters.values(), ...lists.users.values()]) {
    const key = refusal(entry);
    if (key !== undefined)
      throw refuse(name, `${key} ${REFUSED.get(key)}, which mc takes from no cluster`);
  }
  const [only, ...more] = lists.contexts.keys();
  const currentContext =
    string(parsed["current-context"]) ?? (more.length === 0 ? only : undefined);
  const config: Kubeconfig = {
    files: [name],
    absent: [],
    ...lists,
    env,
    ...(currentContext === undefined ? {} : { currentContext }),
  };
  const { cluster } = resolveContext(config);
  if (cluster.skipTLSVerify) {
    throw refuse(name, "it verifies no certificate, so its credential would go to whoever answers");
  }
  if (!/^https:\/\//i.test(cluster.server)) {
    throw refuse(
      name,
      "its server is not https, so its credential would go over the wire as it is",
    );
  }
  return config;
}
