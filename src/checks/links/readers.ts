import {
  credentialsOf,
  ignoredBy,
  readsNobody,
  type Credential,
} from "../../mesh/remote-secrets.ts";
import { gatewaysTo, servicesSeen } from "../../mesh/network-views.ts";
import { defined } from "../../lib/defined.ts";
import { isMultiNetworkAmbient } from "../../mesh/service-scope.ts";
import { enumerate, qualified } from "../../mesh/wording.ts";
import type { ClusterRef, MeshMember, Verdict } from "../../model/check.ts";
import { info, objectRef, pass, summarize } from "../../model/finding.ts";
import type { RemoteClusterFact } from "../../model/facts.ts";
import { valueOr } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";
import { notChecked } from "../_shared/not-checked.ts";
import type { ReadEdge } from "./data.ts";

type Facts = MeshMember<
  never,
  "remoteSecrets" | "remoteClusters" | "credentialTarget" | "istiods" | "endpoints"
>["facts"];

interface ReadingMember {
  cluster: ClusterRef;
  facts: Facts;
}

/** What the istiods of a cluster say of one that they read: of several the one that is not well. */
function statusOf(reader: ReadingMember, id: string): string | undefined {
  const all = saidBy(reader)
    .filter((one) => one.id === id)
    .map(({ status }) => status);
  return all.find((status) => status !== "synced") ?? all[0];
}

function edgeOf(
  { from, secret, kubeconfig, target }: Credential,
  members: readonly ReadingMember[],
): ReadEdge[] {
  const reader = members.find(({ cluster }) => cluster === from.cluster);
  if (!target || !reader || target.cluster === from.cluster) return [];
  const { namespace, name } = secret;
  return [edgeBetween(reader, target.cluster, { secret: { namespace, name } }, kubeconfig.cluster)];
}

/** What istiod says that it reads, where the Secrets were not read, or are not what it goes by. */
function edgesBySaying(reader: ReadingMember, members: readonly ReadingMember[]): ReadEdge[] {
  const { id: own } = reader.cluster;
  const others = new Map(saidBy(reader).map((one) => [one.id, one]));
  return [...others.values()].flatMap(({ id, secret = "" }) => {
    const target = members.find(({ cluster }) => cluster.id === id && id !== own);
    return target ? [edgeBetween(reader, target.cluster, sourceOf(secret), id)] : [];
  });
}

function saidBy({ facts }: ReadingMember): RemoteClusterFact[] {
  return valueOr(facts.remoteClusters, []).flatMap(({ answer }) => valueOr(answer, []));
}

/** `<namespace>/<name>` of a Secret, or the path of a file. */
function sourceOf(text: string): Pick<ReadEdge, "secret" | "file"> {
  const [namespace = "", name = "", ...more] = text.split("/");
  const isSecret = namespace !== "" && name !== "" && more.length === 0;
  return isSecret ? { secret: { namespace, name } } : { file: text };
}

/** @param id by which istiod knows the other cluster */
function edgeBetween(
  reader: ReadingMember,
  target: ClusterRef,
  source: Pick<ReadEdge, "secret" | "file">,
  id: string,
): ReadEdge {
  const status = statusOf(reader, id);
  const { endpoints, istiods } = reader.facts;
  // With ambient on several networks istiod has endpoints elsewhere in another form.
  const isListed = istiods.ok && !isMultiNetworkAmbient(istiods.value);
  const services = isListed ? servicesSeen(endpoints, id) : undefined;
  const isDirect = isOneNetwork(reader.cluster, target);
  const gateways = isDirect ? undefined : gatewaysTo(endpoints, target.network);
  return {
    from: reader.cluster.context,
    to: target.context,
    ...source,
    ...defined({ status, services, gateways, direct: isDirect || undefined }),
  };
}

/** Without any name all are on one network. */
function isOneNetwork(one: ClusterRef, other: ClusterRef): boolean {
  return one.network === other.network;
}

/** What comes of it: endpoints, and the way to them. */
function seenBy({ services, gateways, direct }: ReadEdge): string {
  const count =
    services === undefined
      ? []
      : [`has endpoints of ${services} ${services === 1 ? "service" : "services"} there`];
  const way = direct
    ? ["reaches its pods directly"]
    : gateways === undefined
      ? []
      : [
          gateways.length === 0
            ? "knows no gateway of its network"
            : `goes by ${enumerate(gateways)}`,
        ];
  return [...count, ...way].map((one) => `, ${one}`).join("");
}

function findingOf(edge: ReadEdge): Finding {
  const { from, to, secret, file, status } = edge;
  const about = { cluster: from, ...(secret && { object: objectRef("Secret", secret) }) };
  const by = secret ? `Secret ${qualified(secret)}` : `file ${file}`;
  const message = `${from} reads ${to} by ${by}${seenBy(edge)}`;
  if (status === "synced") return pass(message, about);
  const said =
    status === undefined
      ? "whether its istiod gets through is not known"
      : `its istiod says ${status}`;
  // What is wrong with it the checks of the secret and of the cluster say.
  return info(`${message}: ${said}`, about);
}

function hasNoIstiod({ facts: { istiods } }: ReadingMember): boolean {
  return istiods.ok && istiods.value.judged.length + istiods.value.others.length === 0;
}

/** Whether only istiod can tell whom it reads. */
function goesByAnswers({ facts: { remoteSecrets, istiods } }: ReadingMember): boolean {
  if (!remoteSecrets.ok) return true;
  return istiods.ok && ignoredBy(istiods.value) !== undefined && !readsNobody(istiods.value);
}

/** Who reads whom by remote secrets, where clusters find each other so. */
export function readersVerdict(
  members: readonly ReadingMember[],
  clusters: readonly ClusterRef[],
  absent: readonly ClusterRef[],
): Verdict<"links"> {
  const readers = members.flatMap(({ cluster, facts }) => {
    const { remoteSecrets, istiods, credentialTarget } = facts;
    const isPassedOver = istiods.ok && ignoredBy(istiods.value) !== undefined;
    const secrets = isPassedOver ? [] : valueOr(remoteSecrets, []);
    return [{ cluster, facts: { remoteSecrets: secrets, istiods, credentialTarget } }];
  });
  const reads = [
    ...credentialsOf(readers).flatMap((one) => edgeOf(one, members)),
    ...members.filter(goesByAnswers).flatMap((one) => edgesBySaying(one, members)),
  ];
  const unread = members.flatMap((member) => {
    const { remoteSecrets } = member.facts;
    if (remoteSecrets.ok || saidBy(member).length > 0 || hasNoIstiod(member)) return [];
    return [{ context: member.cluster.context, why: remoteSecrets }];
  });
  const findings = [
    ...reads.map(findingOf),
    ...unread.map(({ context, why }) =>
      notChecked(`whom ${context} reads`, why, { cluster: context }),
    ),
  ];
  const pairs = new Set(reads.map(({ from, to }) => `${from} → ${to}`));
  const fine =
    pairs.size === 0 ? "no cluster reads another" : `who reads whom: ${enumerate([...pairs])}`;
  return {
    findings: findings.length > 0 ? findings : [info(fine)],
    summary: summarize(findings, fine),
    data: {
      clusters: clusters.map(({ context }) => context),
      unread: [...absent, ...unread].map(({ context }) => context),
      unlinked: [],
      edges: [],
      reads,
    },
  };
}
