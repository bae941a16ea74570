import { aliasHost, meshDomain, segmentName, usesAnnotations } from "../../mesh/segments.ts";
import { sharedServices, type SharedService } from "../../mesh/services.ts";
import { enumerate, qualified } from "../../mesh/wording.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import { clusterCheck, type ClusterRef } from "../../model/check.ts";
import type { SegmentFact } from "../../model/facts.ts";
import { info, objectRef, remedy, summarize, warn } from "../../model/finding.ts";
import { valueOr } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";
import { notChecked } from "../_shared/not-checked.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "service-conflicts": undefined;
  }
}

/** A host with a Service that has it. */
interface Named {
  host: string;
  shared: SharedService;
  /** The alias pattern that gives it; absent for the host that every shared Service has. */
  pattern?: string;
}

function namesOf(shared: SharedService, segment: SegmentFact | undefined): Named[] {
  // With scope global-only nothing is added: the Service has the name that its cluster gives it.
  if (shared.scope === "global-only") return [];
  return [
    ...(shared.host === undefined ? [] : [{ host: shared.host, shared }]),
    ...(segment?.aliases ?? []).flatMap((alias) => {
      const host = aliasHost(alias, shared.service);
      return host === undefined ? [] : [{ host, shared, pattern: alias.pattern }];
    }),
  ];
}

function describe({ shared, pattern }: Named): string {
  return `${qualified(shared.service)}${pattern === undefined ? "" : ` (alias ${pattern})`}`;
}

/** One finding a host that Services share. */
function conflict(host: string, named: readonly Named[], cluster: ClusterRef): Finding[] {
  const distinct = [...new Map(named.map((one) => [qualified(one.shared.service), one])).values()];
  const [first] = distinct;
  if (!first || distinct.length < 2) return [];
  const { istioNamespace } = cluster;
  return [
    warn(
      `host ${host} is that of Services ${enumerate(distinct.map(describe))}, by their names and the aliases of the segment: which of them answers is not known`,
      {
        object: objectRef("Service", first.shared.service),
        remediation: remedy(
          "Give the alias a pattern that tells the services apart, such as one with {service} and {namespace}, in every cluster that has the segment.",
          kubectl(cluster, "-n", istioNamespace, "edit", "segments.admin.solo.io"),
        ),
      },
    ),
  ];
}

export const serviceConflicts = clusterCheck({
  id: "service-conflicts",
  title: "Service Conflicts Check",
  meshKind: "peering",
  view: { rank: 600, familiar: true, since: "1.30" },
  why: "Two services with one host are one service to whoever asks for it, and one of them is not reached.",
  reads:
    "Services with label solo.io/service-scope, or whose namespace has it; domain and aliases of the Segment that the cluster is in.",
  faults: [
    "Two shared services of the cluster have the same host: by an alias of the segment (a warning; the vendor's rule is not public, this one compares the hosts).",
  ],
  fixes: ["Give the alias a pattern that tells services apart, or a narrower selector."],
  needs: ["services"],
  uses: ["namespaces", "segments"],
  run({ services, namespaces, segments }, { cluster }) {
    const spaces = valueOr(namespaces, []);
    const name = segmentName(spaces, cluster.istioNamespace);
    const known = valueOr(segments, []);
    const segment = known.find((one) => one.name === name);
    const named = sharedServices(services, spaces, meshDomain(name, known)).flatMap((shared) =>
      namesOf(shared, segment),
    );
    const findings = [...Map.groupBy(named, ({ host }) => host)].flatMap(([host, all]) =>
      conflict(host, all, cluster),
    );
    if (!namespaces.ok) findings.push(notChecked("services shared by their namespace", namespaces));
    else if (!segments.ok) findings.push(notChecked(`aliases of segment ${name}`, segments));
    const byAnnotation = (segment?.aliases ?? []).filter(usesAnnotations);
    if (byAnnotation.length > 0) {
      const patterns = enumerate(byAnnotation.map(({ pattern }) => pattern));
      findings.push(
        info(`hosts by annotations of services not checked: alias ${patterns} of segment ${name}`),
      );
    }
    const fine = "no conflicting service aliases or hostnames found";
    return { findings, summary: summarize(findings, fine) };
  },
});
