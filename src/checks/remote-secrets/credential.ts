import { createRemoteSecret, deleteRemoteSecret } from "../../mesh/commands/remote-secret.ts";
import { isLocalServer, refusedCredentials, type Credential } from "../../mesh/remote-secrets.ts";
import { qualified } from "../../mesh/wording.ts";
import { age } from "../../lib/time.ts";
import type { ClusterRef } from "../../model/check.ts";
import { fail, info, objectRef, pass, remedy, warn } from "../../model/finding.ts";
import type { Finding, Remediation } from "../../model/report.ts";
import { type Member, refOf } from "./member.ts";

const WEEK = 7 * 24 * 3_600_000;

/** Of the things that may be wrong with a kubeconfig, the first that is. */
export function credentialFinding(credential: Credential<Member>): Finding {
  const found = passedOver(credential) ?? unusable(credential);
  if (found) return found;
  const { target } = credential;
  if (!target) return info(`${nameOf(credential)}: no cluster of this run`, aboutOf(credential));
  return (
    misled(credential, refOf(target)) ??
    outdated(credential) ??
    fine(credential, target.cluster.context)
  );
}

function nameOf({ from, secret, kubeconfig }: Credential<Member>): string {
  return `Secret ${qualified(secret)} of ${from.cluster.context}, key ${kubeconfig.cluster}`;
}

function aboutOf({ from, secret }: Credential<Member>): Pick<Finding, "cluster" | "object"> {
  return { cluster: from.cluster.context, object: objectRef("Secret", secret) };
}

/** Makes the Secret anew where the cluster is known that it is for. */
function renewal(credential: Credential<Member>, summary: string): Remediation {
  const { from, target } = credential;
  return target
    ? remedy(summary, createRemoteSecret(from.cluster, refOf(target)))
    : remedy(summary, deleteRemoteSecret(from.cluster, credential.secret));
}

function passedOver(credential: Credential<Member>): Finding | undefined {
  const { from, kubeconfig, secret } = credential;
  if (kubeconfig.cluster !== from.cluster.id) return undefined;
  return warn(`${nameOf(credential)}: the cluster itself, which istiod passes over`, {
    ...aboutOf(credential),
    remediation: remedy("Delete the Secret.", deleteRemoteSecret(from.cluster, secret)),
  });
}

function unusable(credential: Credential<Member>): Finding | undefined {
  const { from, kubeconfig } = credential;
  const refused = from.facts.istiods.ok
    ? refusedCredentials(kubeconfig, from.facts.istiods.value)
    : [];
  const why =
    kubeconfig.unreadable === undefined
      ? isLocalServer(kubeconfig.server)
        ? `its server ${kubeconfig.server} is the machine that it is read on`
        : refused.length > 0
          ? `istiod refuses a kubeconfig with ${refused.join(", ")}`
          : undefined
      : `the kubeconfig cannot be read: ${kubeconfig.unreadable}`;
  if (why === undefined) return undefined;
  // A collector that hides the value says nothing of the cluster's.
  if (kubeconfig.unreadable?.includes("redacted")) {
    return info(`${nameOf(credential)} not checked: ${kubeconfig.unreadable}`, aboutOf(credential));
  }
  return fail(`${nameOf(credential)}: ${why}`, {
    ...aboutOf(credential),
    remediation: renewal(
      credential,
      "Make the Secret anew; where the server is not the one of the kubeconfig, name it with --server.",
    ),
  });
}

/** It leads to another cluster than its key says. */
function misled(credential: Credential<Member>, target: ClusterRef): Finding | undefined {
  const { from, kubeconfig, secret } = credential;
  const { context, id } = target;
  if (id === undefined || id === kubeconfig.cluster) return undefined;
  const message = `${nameOf(credential)}: it leads to ${context}, whose CLUSTER_ID is ${id}`;
  return fail(message, {
    ...aboutOf(credential),
    remediation: remedy(
      `Delete it, and make one with --name ${id}.`,
      // The new one may have its name, and would get its key besides.
      `${deleteRemoteSecret(from.cluster, secret)} && ${createRemoteSecret(from.cluster, target)}`,
    ),
  });
}

function outdated(credential: Credential<Member>): Finding | undefined {
  const { from, kubeconfig } = credential;
  const { claims } = kubeconfig;
  const gone = lostIn(credential);
  const remediation = renewal(credential, "Make the Secret anew.");
  if (gone !== undefined) {
    const details = { ...aboutOf(credential), remediation };
    return fail(`${nameOf(credential)}: its token is no longer valid, ${gone}`, details);
  }
  if (claims?.expires === undefined) return undefined;
  const left = claims.expires - from.cluster.now;
  if (left > WEEK) return undefined;
  const when = new Date(claims.expires).toISOString();
  return left <= 0
    ? fail(`${nameOf(credential)}: its token expired ${when}`, {
        ...aboutOf(credential),
        remediation,
      })
    : warn(`${nameOf(credential)}: its token expires in ${age(left)}, ${when}`, {
        ...aboutOf(credential),
        remediation,
      });
}

/** What the token was made of and its cluster no longer has; nothing where that is not known. */
function lostIn({ target, by, kubeconfig: { claims } }: Credential<Member>): string | undefined {
  const account = claims?.account;
  const there = target?.facts.credentialTarget;
  // Other namespaces were not looked at, and by its name alone the cluster may be another.
  if (!account || !there?.ok || !there.value || by === "id") return undefined;
  if (account.namespace !== target?.cluster.istioNamespace) return undefined;
  const { accounts, secrets } = there.value;
  const { context } = target.cluster;
  if (accounts.ok && !accounts.value.some(({ uid }) => uid === account.uid)) {
    return `${context} no longer has its ServiceAccount ${qualified(account)}`;
  }
  if (secrets.ok && claims.secret !== undefined && !secrets.value.includes(claims.secret)) {
    return `${context} no longer has its Secret ${account.namespace}/${claims.secret}`;
  }
  return undefined;
}

function fine(credential: Credential<Member>, whom: string): Finding {
  const { from, kubeconfig } = credential;
  const about = aboutOf(credential);
  if (kubeconfig.credentials.includes("opaque token")) {
    const said = "its token says nothing of itself, so that it may have expired";
    return info(`${nameOf(credential)}: ${said}`, about);
  }
  return pass(
    `${from.cluster.context} reads ${whom} by Secret ${qualified(credential.secret)}`,
    about,
  );
}
