import { istiodLog } from "../../mesh/commands/istiod.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import { isClusterLocal } from "../../mesh/cluster-local.ts";
import { isRemote } from "../../mesh/kind.ts";
import { GATEWAY_PORT, NETWORK } from "../../mesh/names.ts";
import { readsNobody } from "../../mesh/remote-secrets.ts";
import { isMultiNetworkAmbient } from "../../mesh/service-scope.ts";
import { sharedServices } from "../../mesh/network-views.ts";
import { enumerate } from "../../mesh/wording.ts";
import { meshCheck } from "../../model/check.ts";
import { checkOf, fail, info, pass, remedy, skip, step, summarize } from "../../model/finding.ts";
import { valueOr } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";
import { notChecked } from "../_shared/not-checked.ts";
import { ledFindings } from "./led.ts";
import { type Asked, FEW, type Member } from "./member.ts";
import { mayRead } from "./read.ts";
import { pairsSkipped } from "../_shared/pairs-skipped.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    endpoints: undefined;
  }
}

function askedOf(member: Member): Asked[] {
  const { endpoints } = member.facts;
  if (!endpoints?.services.ok || !hasReader(member)) return [];
  return [{ ...member, services: endpoints.services.value, gateways: endpoints.gateways }];
}

/** Services that a cluster has endpoints of, and means to share. */
function sharedHosts({ services, cluster, facts }: Asked) {
  return sharedServices(services, cluster.id, valueOr(facts.meshConfigs, []));
}

/** Services of both clusters of which one has no endpoint of the other. */
function unseen(from: Asked, target: Asked): string[] {
  const own = sharedHosts(from);
  return [...sharedHosts(target).keys()].filter((key) => {
    const service = own.get(key);
    return service && !service.shards.some(({ cluster }) => cluster === target.cluster.id);
  });
}

function pairFinding(from: Asked, target: Asked): Finding[] {
  const missing = unseen(from, target);
  const [a, b] = [from.cluster.context, target.cluster.context];
  if (missing.length === 0) {
    const seesAny = from.services.some(({ shards }) =>
      shards.some(({ cluster }) => cluster === target.cluster.id),
    );
    return [
      seesAny
        ? pass(`${a} has the endpoints of ${b}`, { cluster: a })
        : info(`${a} has no endpoints of ${b}, and no service of which both have some`, {
            cluster: a,
          }),
    ];
  }
  const hosts = missing.map((key) => key.slice(key.indexOf("/") + 1));
  const count = hosts.length === 1 ? "1 service" : `${hosts.length} services`;
  return [
    fail(
      `${a} has only its own endpoints of ${count} that ${b} has too: ${enumerate(hosts, FEW)}`,
      {
        cluster: a,
        ...(mayRead(from, target) ? {} : { blockedBy: "remote-secrets" }),
        ...(isSynced(from, target.cluster.id) ? {} : { blockedBy: checkOf(a, "remote-clusters") }),
        remediation: remedy(
          `See in istiod's log what it reads of ${b}; it may have to be restarted after a change of the Secret.`,
          istiodLog(from.cluster),
        ),
      },
    ),
  ];
}

function isSynced({ facts: { remoteClusters } }: Member, wanted: string | undefined): boolean {
  const answers = valueOr(remoteClusters, []).flatMap(({ answer }) => valueOr(answer, []));
  const about = answers.filter(({ id }) => id === wanted);
  return about.every(({ status }) => status === "synced");
}

/** Networks that endpoints are on and no gateway leads to: sidecars are sent to the pods' addresses. */
function withoutGateway(member: Asked): Finding[] {
  const { gateways } = member;
  const { context, network } = member.cluster;
  if (!gateways.ok) return [];
  const known = new Set(gateways.value.map((gateway) => gateway.network));
  const configs = valueOr(member.facts.meshConfigs, []);
  const foreign = member.services
    .filter((service) => !isClusterLocal(service, configs))
    .flatMap(({ host, shards }) =>
      shards.flatMap(({ networks }) => networks.map((name) => ({ host, name }))),
    )
    .filter(({ name }) => name !== "" && name !== network && !known.has(name));
  return [...Map.groupBy(foreign, ({ name }) => name)].map(([name, all]) => {
    const hosts = [...new Set(all.map(({ host }) => host))];
    return fail(
      `${context} has endpoints on network ${name} and no gateway that leads there, so that it sends traffic to pod addresses: ${enumerate(hosts, FEW)}`,
      {
        cluster: context,
        remediation: step(
          `In the clusters of network ${name}, the gateway's Service needs label ${NETWORK}=${name}, an address, and port 15443 or label ${GATEWAY_PORT}.`,
          kubectl(member.cluster, "get", "services", "-A", "-l", NETWORK),
        ),
      },
    );
  });
}

function notRead(member: Member): Finding[] {
  const { cluster, facts } = member;
  const { endpoints, istiods } = facts;
  const about = { cluster: cluster.context };
  if (!istiods.ok) {
    return [notChecked(`endpoints that ${cluster.context} has of others`, istiods, about)];
  }
  if (!endpoints || !hasReader(member)) return [];
  const { services, gateways } = endpoints;
  return [
    ...(services.ok ? [] : [notChecked(`endpoints of ${cluster.context}`, services, about)]),
    ...(gateways.ok
      ? []
      : [notChecked(`gateways of networks in ${cluster.context}`, gateways, about)]),
  ];
}

/** Whether an istiod of the cluster has the endpoints of others for its proxies. */
function hasReader({ facts: { istiods } }: Member): boolean {
  if (!istiods.ok || istiods.value.judged.length === 0) return false;
  // With ambient on several networks an istiod has endpoints of global services alone.
  return !isMultiNetworkAmbient(istiods.value) && !readsNobody(istiods.value);
}

export const endpoints = meshCheck({
  id: "endpoints",
  title: "Endpoint Check",
  meshKind: "community",
  notInPrecheck: "clusters have no endpoints of each other before they are joined",
  view: { rank: 610 },
  why: "What istiod sends to proxies is what counts: with local endpoints alone nothing is balanced across clusters, and pod addresses of another network lead nowhere.",
  reads:
    "/debug/endpointShardz (or endpointz) and /debug/networkz of an istiod of each cluster; the mesh configuration, for services that keep to their cluster; of clusters without an istiod, Services and pods with proxies.",
  faults: [
    "Two clusters have endpoints of one service, and the istiod of one has none of the other.",
    "istiod has no endpoints of a cluster without an istiod, which has pods of services.",
    "istiod has endpoints on another network, and no gateway that leads there.",
  ],
  fixes: [
    "Mend the remote secret, or restart istiod where it has not taken it up.",
    "Label the Service of the other cluster's east-west gateway, and give it an address.",
  ],
  needs: ["endpoints"],
  uses: [
    "istiods",
    "remoteSecrets",
    "credentialTarget",
    "meshConfigs",
    "remoteClusters",
    "services",
    "proxyPods",
  ],
  run(members: readonly Member[], { absent, kinds }) {
    const asked = members.flatMap(askedOf);
    const pairs = kinds.has("peering")
      ? []
      : asked.flatMap((from) =>
          asked.filter((one) => one !== from).flatMap((target) => pairFinding(from, target)),
        );
    const led = members.filter(({ facts }) => isRemote(kinds, facts.istiods));
    const findings = [
      ...pairs,
      ...asked.flatMap((from) =>
        led.flatMap((target) => ledFindings(from, target, (id) => isSynced(from, id))),
      ),
      ...asked.flatMap(withoutGateway),
      ...members.flatMap(notRead),
      ...(members.length < 2 ? [pairsSkipped("endpoints are not compared", absent)] : []),
    ];
    const fine =
      asked.length === 0
        ? "no istiod sends proxies endpoints of other clusters, or could be asked"
        : "endpoints of all clusters are known";
    return {
      findings: findings.length > 0 ? findings : [skip(fine)],
      summary: summarize(findings, fine),
    };
  },
});
