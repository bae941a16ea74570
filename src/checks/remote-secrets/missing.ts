import { createRemoteSecret } from "../../mesh/commands/remote-secret.ts";
import { isAmbient, isRemote } from "../../mesh/kind.ts";
import { podsBehind } from "../../mesh/istio-gateways.ts";
import { CLUSTER_DOMAIN } from "../../mesh/names.ts";
import { networkServices } from "../../mesh/network-gateways.ts";
import { sharedServices } from "../../mesh/network-views.ts";
import type { Credential } from "../../mesh/remote-secrets.ts";
import type { ClusterRef } from "../../model/check.ts";
import { fail, info, remedy } from "../../model/finding.ts";
import { valueOr } from "../../model/gathered.ts";
import type { Finding, MeshKind } from "../../model/report.ts";
import { type Member, refOf } from "./member.ts";

/**
 * What nobody reads though it should be.
 *
 * @param readers those whose istiod goes by remote secrets
 */
export function missingFindings(
  members: readonly Member[],
  readers: readonly Member[],
  credentials: readonly Credential<Member>[],
  kinds: ReadonlySet<MeshKind>,
): Finding[] {
  const reads = (from: Member, target: Member): boolean =>
    credentials.some((one) => one.from === from && one.target === target);
  const isLed = ({ facts }: Member): boolean => isRemote(kinds, facts.istiods);
  return members.flatMap((target) => {
    const others = readers.filter((one) => one !== target && !isLed(one) && isKnown(one));
    const blind = others.filter((one) => !reads(one, target));
    // Any one of the primaries may lead a cluster that has no istiod.
    if (isLed(target) && blind.length < others.length) return [];
    return blind.map((from) => {
      const idle = reads(target, from) ? whyIdle(from, target) : undefined;
      return idle === undefined
        ? unread(from.cluster, refOf(target))
        : oneWay(from.cluster, target.cluster, idle);
    });
  });
}

/** Where the kubeconfigs could not be read nothing is missing for all that is known. */
function isKnown({ facts }: Member): boolean {
  return facts.remoteSecrets.every(({ kubeconfigs }) => kubeconfigs?.ok === true);
}

/** Why a cluster would gain nothing by reading another; nothing where it would, or that is not known. */
function whyIdle(from: Member, target: Member): string | undefined {
  if (hasNoProxies(from)) return "no pod there has a proxy";
  const { endpoints } = target.facts;
  if (!endpoints.ok || !endpoints.value?.services.ok || !from.facts.services.ok) return undefined;
  const { services } = endpoints.value;
  const known = new Set(
    from.facts.services.value
      .filter(({ namespace }) => namespace !== from.cluster.istioNamespace)
      .map(({ name, namespace }) => `${namespace}/${name}.${namespace}.${CLUSTER_DOMAIN}`),
  );
  const configs = valueOr(target.facts.meshConfigs, []);
  const shared = sharedServices(services.value, target.cluster.id, configs);
  return [...shared.keys()].some((key) => known.has(key))
    ? undefined
    : "no Service there has endpoints in the other";
}

/** It has no pods that would use endpoints: gateways between networks pass on to their own alone. */
function hasNoProxies({ facts: { proxyPods, istiods, services } }: Member): boolean {
  if (!proxyPods.ok || !istiods.ok || !services.ok || isAmbient(istiods.value)) return false;
  const pods = proxyPods.value;
  const gateways = new Set(
    networkServices(services.value).flatMap(({ service }) => podsBehind(service, pods)),
  );
  return pods.every((pod) => gateways.has(pod));
}

function oneWay(from: ClusterRef, target: ClusterRef, why: string): Finding {
  return info(
    `${from.context} does not read ${target.context}, which reads it: one way is enough, as ${why}`,
    { cluster: from.context },
  );
}

function unread(from: ClusterRef, target: ClusterRef): Finding {
  return fail(
    `${from.context} has no remote secret for ${target.context}: its proxies get no endpoints from there`,
    {
      cluster: from.context,
      remediation: remedy(
        `Make a credential for ${target.context}, and apply it in ${from.context}.`,
        createRemoteSecret(from, target),
      ),
    },
  );
}
