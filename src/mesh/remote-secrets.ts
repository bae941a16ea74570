import { goBool } from "../lib/go-bool.ts";
import type { ClusterRef } from "../model/cluster-ref.ts";
import type {
  CredentialTargetFact,
  EnvValue,
  IstiodsFact,
  RemoteKubeconfigFact,
  RemoteSecretFact,
} from "../model/facts.ts";
import { valueOr, type Gathered } from "../model/gathered.ts";

/*
 * What istiod makes of remote secrets: every data key is the CLUSTER_ID of a cluster to read (Istio 1.24
 * to 1.31, pkg/kube/multicluster).
 */

export interface ReaderMember {
  cluster: ClusterRef;
  facts: {
    readonly remoteSecrets: readonly RemoteSecretFact[];
    readonly istiods: Gathered<IstiodsFact>;
    readonly credentialTarget: Gathered<CredentialTargetFact | undefined>;
  };
}

/** A kubeconfig in a remote secret of one cluster, with the cluster of the run that it leads to. */
export interface Credential<M extends ReaderMember = ReaderMember> {
  from: M;
  secret: RemoteSecretFact;
  kubeconfig: RemoteKubeconfigFact;
  target?: M;
  /**
   * How that is known: the token is of a ServiceAccount there, its pods trust the same API server, or
   * by the CLUSTER_ID alone.
   */
  by?: "account" | "authority" | "id";
}

function accountsOf({
  facts: { credentialTarget },
}: ReaderMember): CredentialTargetFact["accounts"] | undefined {
  return credentialTarget.ok ? credentialTarget.value?.accounts : undefined;
}

function holdsAccount(member: ReaderMember, { claims }: RemoteKubeconfigFact): boolean {
  const accounts = accountsOf(member);
  return accounts?.ok === true && accounts.value.some(({ uid }) => uid === claims?.account?.uid);
}

function isTrustedBy(
  { facts: { credentialTarget } }: ReaderMember,
  kubeconfig: RemoteKubeconfigFact,
): boolean {
  const authorities = credentialTarget.ok ? credentialTarget.value?.authorities : undefined;
  return (
    authorities?.ok === true &&
    authorities.value.some((one) => kubeconfig.authorities.includes(one))
  );
}

function targetOf<M extends ReaderMember>(
  members: readonly M[],
  kubeconfig: RemoteKubeconfigFact,
): Pick<Credential<M>, "target" | "by"> {
  const [account] = members.filter((member) => holdsAccount(member, kubeconfig));
  if (account) return { target: account, by: "account" };
  const trusting = members.filter((member) => isTrustedBy(member, kubeconfig));
  const called = members.find(({ cluster: { id } }) => id === kubeconfig.cluster);
  // One authority may vouch for the API servers of many clusters.
  const [only, ...more] = trusting;
  if (only && more.length === 0) return { target: only, by: "authority" };
  return called ? { target: called, by: "id" } : {};
}

/** Every kubeconfig of all clusters, with the cluster that it leads to. */
export function credentialsOf<M extends ReaderMember>(members: readonly M[]): Credential<M>[] {
  return members.flatMap((from) =>
    from.facts.remoteSecrets.flatMap((secret) =>
      valueOr(secret.kubeconfigs, []).map((kubeconfig) => ({
        from,
        secret,
        kubeconfig,
        ...targetOf(members, kubeconfig),
      })),
    ),
  );
}

function textOf(variable: EnvValue | undefined): string | undefined {
  return variable?.kind === "value" ? variable.value : undefined;
}

const DISABLED = "DISABLE_LEGACY_MULTICLUSTER";
const FROM_FILES = "PILOT_MULTICLUSTER_KUBECONFIG_PATH";
const INSECURE = "PILOT_INSECURE_MULTICLUSTER_KUBECONFIG_OPTIONS";

/** The variable by which every istiod of the cluster passes remote secrets over; nothing if none does. */
export function ignoredBy({ judged, others }: IstiodsFact): string | undefined {
  const all = [...judged, ...others];
  const every = (test: (istiod: IstiodsFact["judged"][number]) => boolean): boolean =>
    all.length > 0 && all.every(test);
  if (every(({ env }) => goBool(textOf(env.get(DISABLED))) === true)) return DISABLED;
  return every(({ env }) => Boolean(textOf(env.get(FROM_FILES)))) ? FROM_FILES : undefined;
}

/** Whether every istiod of the cluster reads no other cluster at all. */
export function readsNobody(istiods: IstiodsFact): boolean {
  return ignoredBy(istiods) === DISABLED;
}

/** What istiod takes as it is; all else it takes only where a variable lists it. */
const ALLOWED = new Set([
  "token",
  "opaque token",
  "client certificate",
  "password",
  "auth-provider oidc",
]);

/** The ways to sign in of a kubeconfig for which istiod refuses it. */
export function refusedCredentials(
  { credentials }: RemoteKubeconfigFact,
  { judged }: IstiodsFact,
): string[] {
  const listed = new Set(
    judged.flatMap(({ env }) =>
      (textOf(env.get(INSECURE)) ?? "").split(",").map((one) => one.trim()),
    ),
  );
  return credentials.filter(
    (one) => !ALLOWED.has(one) && !listed.has(one.replace(/^auth-provider /, "")),
  );
}

/** Whether a server is the machine's own: right for who made the kubeconfig, wrong from a pod. */
export function isLocalServer(server: string | undefined): boolean {
  return /^\w+:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\]|0\.0\.0\.0)(:\d+)?(\/|$)/i.test(
    server ?? "",
  );
}
