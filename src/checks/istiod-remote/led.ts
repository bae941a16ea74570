import { showService } from "../../mesh/commands/services.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import { PORT_XDS } from "../../mesh/names.ts";
import {
  areComparable,
  leadingServices,
  targetsOf,
  waysToIstiod,
  type WayToIstiod,
} from "../../mesh/remote-istiod.ts";
import { enumerate, qualified } from "../../mesh/wording.ts";
import type { ClusterRef } from "../../model/check.ts";
import type { ServiceFact } from "../../model/facts.ts";
import { fail, info, objectRef, pass, remedy, step, warn } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import { notChecked } from "../_shared/not-checked.ts";
import type { Member } from "./member.ts";
import { passedOnFindings } from "./passed-on.ts";

/** Who may lead the clusters without an istiod. */
export interface Leaders {
  primaries: readonly Member[];
  /** Clusters of the run could not be read: one of them may be the leader. */
  isWhole: boolean;
}

/** Of a cluster without an istiod: does a Service lead to one elsewhere, and to a primary's? */
export function ledFindings(member: Member, leaders: Leaders): Finding[] {
  const { cluster, facts } = member;
  const found = leadingServices(facts.services, facts.istioNamespace);
  if (found.length > 0) return found.flatMap((one) => serviceFindings(one, member, leaders));
  return [
    fail(
      `no istiod runs in ${cluster.context}, and no Service of ${facts.istioNamespace} leads to one elsewhere`,
      {
        cluster: cluster.context,
        remediation: remedy(
          "Install the remote profile of istiod with global.remotePilotAddress set to the primary's east-west gateway.",
          listServices(cluster, facts.istioNamespace),
        ),
      },
    ),
  ];
}

/** Shows what Services a namespace has. */
export function listServices(cluster: ClusterRef, namespace: string): string {
  return kubectl(cluster, "-n", namespace, "get", "services");
}

function serviceFindings(service: ServiceFact, member: Member, leaders: Leaders): Finding[] {
  const { cluster, facts } = member;
  const about = { cluster: cluster.context, object: objectRef("Service", service) };
  const name = `Service ${qualified(service)} of ${cluster.context}`;
  const show = showService(cluster, service);
  if (service.type !== "ExternalName" && service.selector !== undefined) {
    const message = `${name} selects pods of this cluster, in which no istiod runs`;
    const advice = "Install the remote profile of istiod with global.remotePilotAddress.";
    return [fail(message, { ...about, remediation: step(advice, show) })];
  }
  if (service.type !== "ExternalName" && !service.ports.some(({ port }) => port === PORT_XDS)) {
    const message = `${name} has no port ${PORT_XDS}: proxies get no configuration`;
    return [fail(message, { ...about, remediation: step("Give it the port.", show) })];
  }
  if (service.externalName === undefined && !facts.istiodEndpoints.ok) {
    return [notChecked(`where ${name} leads`, facts.istiodEndpoints, about)];
  }
  const endpoints = facts.istiodEndpoints.ok ? facts.istiodEndpoints.value : [];
  const targets = targetsOf(service, endpoints);
  if (targets.length === 0) {
    return [
      fail(`${name} leads nowhere: it has no endpoints`, {
        ...about,
        remediation: step(
          "Install the remote profile of istiod with global.remotePilotAddress.",
          show,
        ),
      }),
    ];
  }
  return [
    ...targetFindings(service, targets, member, leaders),
    ...leaders.primaries.flatMap((primary) =>
      waysAmong(primary, targets).flatMap((way) => passedOnFindings(primary, way, cluster)),
    ),
  ];
}

function waysAmong({ facts }: Member, targets: readonly string[]): WayToIstiod[] {
  return waysToIstiod(facts.services).filter(({ addresses }) =>
    addresses.some((one) => targets.includes(one)),
  );
}

/** Whose istiod it is that the Service leads to. */
function targetFindings(
  service: ServiceFact,
  targets: readonly string[],
  member: Member,
  { primaries, isWhole }: Leaders,
): Finding[] {
  const { cluster } = member;
  const about = { cluster: cluster.context, object: objectRef("Service", service) };
  const says = `Service ${qualified(service)} of ${cluster.context} leads to ${enumerate(targets)}`;
  const leaders = primaries.filter((one) => waysAmong(one, targets).length > 0);
  if (leaders.length > 0) {
    const whose = enumerate(leaders.map((one) => one.cluster.context));
    return [pass(`${says}: the istiod of ${whose}`, about)];
  }
  const remediation = remedy(
    "Set global.remotePilotAddress of its istiod release to the address of the primary's east-west gateway.",
    showService(cluster, service),
  );
  if (waysAmong(member, targets).length > 0) {
    const message = `${says}, which is a gateway of ${cluster.context} itself: no istiod is behind it`;
    return [fail(message, { ...about, remediation })];
  }
  const known = primaries.flatMap((one) =>
    waysToIstiod(one.facts.services).flatMap(({ addresses }) =>
      addresses.map((address) => ({ address, context: one.cluster.context })),
    ),
  );
  const isTold =
    isWhole && known.length > 0 && areComparable([...targets, ...known.map((one) => one.address)]);
  if (!isTold) return [info(`${says}: whether that is a primary's istiod is not known`, about)];
  const there = known.map(({ address, context }) => `${context} at ${address}`);
  // Something between the clusters may lead on.
  const message = `${says}, where no primary of this run lets others in to its istiod: that does ${enumerate(there)}`;
  return [warn(message, { ...about, remediation })];
}
