import { DEFAULT_TRUST_DOMAIN } from "../../mesh/names.ts";
import { findIstiod } from "../../mesh/commands/istiod.ts";
import { goBool } from "../../lib/go-bool.ts";
import { hasMinor, versionOf } from "../../mesh/versions.ts";
import { enumerate, qualified } from "../../mesh/wording.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import { clusterCheck, type ClusterCheckContext, type ClusterRef } from "../../model/check.ts";
import type {
  IstiodFact,
  IstiodsFact,
  MeshConfigFact,
  RemoteSecretFact,
  WorkloadFact,
} from "../../model/facts.ts";
import {
  fail,
  info,
  objectRef,
  remedy,
  stopsPeering,
  summarize,
  warn,
} from "../../model/finding.ts";
import type { Gathered } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";
import { debugAccessFindings } from "./debug-access.ts";
import { mustBeTrue, shouldHold, type EnvSubject } from "./rules.ts";
import { installIstiod } from "../../mesh/commands/helm.ts";
import { notChecked } from "../_shared/not-checked.ts";
import { stopsItsCluster } from "../_shared/explanations.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "env-vars": undefined;
  }
}

const DISCOVERY = "discovery";
const PEERING = "ENABLE_PEERING_DISCOVERY";
const LEGACY = "DISABLE_LEGACY_MULTICLUSTER";
const HELM_ISTIOD = "in the values of the istiod chart: env";
const isTrue = (value: string | undefined): boolean => goBool(value) === true;

function hasTrue({ env }: WorkloadFact, name: string): boolean {
  const found = env.get(name);
  return found?.kind === "value" && isTrue(found.value);
}

/** Whether an istiod peers or, as far as could be read, may do so. */
function mayPeer(istiod: IstiodFact): boolean {
  return (
    !istiod.hasDiscovery ||
    istiod.env.get(PEERING)?.kind === "unresolved" ||
    hasTrue(istiod, PEERING)
  );
}

function noIstiod({ others }: IstiodsFact, { cluster, revision }: ClusterCheckContext): Finding {
  const list = findIstiod(cluster, "deployments", "--show-labels");
  if (revision === undefined || others.length === 0) {
    const finding = fail("no istiod Deployment (app=istiod) in any namespace", {
      remediation: installIstiod(cluster, revision, list),
    });
    return stopsPeering(finding);
  }
  const found = enumerate(others.map((one) => `${one.revision} (${qualified(one)})`));
  const finding = fail(`no istiod of revision ${revision}; there are: ${found}`, {
    remediation: remedy("Name one of these revisions with -r.", list),
  });
  return others.some(mayPeer) ? finding : stopsPeering(finding);
}

function notJudged(istiod: IstiodFact, revision: string | undefined): Finding {
  const unresolved = istiod.env.get(PEERING)?.kind === "unresolved";
  const peering = unresolved ? `${PEERING} could not be read` : "peering is not enabled";
  const why = revision === undefined ? peering : `-r names revision ${revision}`;
  return info(`${qualified(istiod)} (revision ${istiod.revision}) not judged: ${why}`, {
    object: objectRef("Deployment", istiod),
  });
}

/** The variables of one istiod. `peers`: one of the cluster may peer, if not this one. */
function judge(
  istiod: IstiodFact,
  { lead, peers, cluster }: { lead: string; peers: boolean; cluster: ClusterRef },
): Finding[] {
  const object = objectRef("Deployment", istiod);
  if (!istiod.hasDiscovery) {
    return [
      fail(`${qualified(istiod)} has no container ${DISCOVERY}: its variables cannot be judged`, {
        object,
        remediation: remedy(
          "See which containers it has; label app=istiod belongs to istiod alone.",
          kubectl(cluster, "-n", istiod.namespace, "describe", `deployment/${istiod.name}`),
        ),
      }),
    ];
  }
  const subject = { workload: istiod, container: DISCOVERY, cluster };
  const peering = mustBeTrue(subject, {
    name: PEERING,
    optional: false,
    helm: "platforms.peering.enabled=true in the values of the istiod chart",
    lead,
  });
  return [
    mustBeTrue(subject, {
      name: "K8S_SELECT_WORKLOAD_ENTRIES",
      optional: true,
      helm: `${HELM_ISTIOD}.K8S_SELECT_WORKLOAD_ENTRIES, or leave it out`,
      lead,
    }),
    peers ? peering : stopsPeering(peering),
    ...legacy(subject),
    ...shouldHold(subject, {
      name: "PILOT_ENABLE_IP_AUTOALLOCATE",
      why: "services of other clusters get no address",
      helm: `${HELM_ISTIOD}.PILOT_ENABLE_IP_AUTOALLOCATE`,
      fine: (value) => goBool(value) !== false,
    }),
  ];
}

/** The variable that turns community multicluster off exists from 1.28 on. */
function legacy(subject: EnvSubject): Finding[] {
  const { workload } = subject;
  const { version, why } = versionOf(workload, DISCOVERY);
  if (version && !hasMinor(version, 1, 28)) return [];
  const found = shouldHold(subject, {
    name: LEGACY,
    why: "istiod would act on remote secrets of community multicluster",
    helm: `${HELM_ISTIOD}.${LEGACY}`,
    fine: isTrue,
  });
  if (version || found.length === 0) return found;
  const message = `${qualified(workload)}: ${LEGACY} not checked: version unknown, ${why}`;
  return [info(message, { object: objectRef("Deployment", workload) })];
}

function remoteSecretsFinding(
  { judged, others }: IstiodsFact,
  secrets: Gathered<RemoteSecretFact[]>,
  cluster: ClusterRef,
): Finding[] {
  const peering = judged.filter((istiod) => hasTrue(istiod, PEERING));
  if (peering.length === 0) return [];
  if (!secrets.ok) return [notChecked("remote secrets", secrets)];
  const [first] = secrets.value;
  if (!first) return [];
  const names = enumerate(secrets.value.map(qualified));
  const ignored = peering.every((istiod) => hasTrue(istiod, LEGACY));
  const effect = ignored ? ` (${LEGACY} makes istiod ignore them)` : "";
  const users = enumerate(others.map(qualified));
  const message = `remote secrets of community multicluster exist beside peering${effect}: ${names}`;
  return [
    warn(message, {
      object: objectRef("Secret", first),
      remediation: remedy(
        `Delete them once no istiod needs them${users ? ` (there is also ${users})` : ""}.`,
        ...deleteCommands(secrets.value, cluster),
      ),
    }),
  ];
}

function deleteCommands(secrets: readonly RemoteSecretFact[], cluster: ClusterRef): string[] {
  return [...new Set(secrets.map(({ namespace }) => namespace))].map((namespace) => {
    const names = secrets.filter((one) => one.namespace === namespace).map(({ name }) => name);
    return kubectl(cluster, "-n", namespace, "delete", "secret", ...names);
  });
}

/** What a trust domain of the mesh's own asks of istiod and ztunnel. */
function trustDomainFindings(
  judged: readonly IstiodFact[],
  configs: Gathered<MeshConfigFact[]>,
  ztunnels: Gathered<WorkloadFact[]>,
  cluster: ClusterRef,
): Finding[] {
  if (!configs.ok) return [notChecked("trust domain", configs)];
  const findings: Finding[] = [];
  const domains = new Set<string>();
  for (const istiod of judged) {
    const config = configs.value.find(({ revision }) => revision === istiod.revision);
    if (config?.unreadable !== undefined) {
      const message = `trust domain not checked: ConfigMap ${config.configMap}: ${config.unreadable}`;
      findings.push(info(message));
    } else if (config && config.trustDomain !== DEFAULT_TRUST_DOMAIN) {
      domains.add(config.trustDomain);
      const name = "PILOT_SKIP_VALIDATE_TRUST_DOMAIN";
      findings.push(
        ...shouldHold(
          { workload: istiod, container: DISCOVERY, cluster },
          {
            name,
            why: `the mesh's trust domain is ${config.trustDomain}`,
            helm: `${HELM_ISTIOD}.${name}`,
            fine: isTrue,
          },
        ),
      );
    }
  }
  if (domains.size === 0) return findings;
  return [...findings, ...ztunnelFindings([...domains], ztunnels, cluster)];
}

function ztunnelFindings(
  domains: readonly string[],
  ztunnels: Gathered<WorkloadFact[]>,
  cluster: ClusterRef,
): Finding[] {
  const name = "SKIP_VALIDATE_TRUST_DOMAIN";
  if (!ztunnels.ok) return [notChecked(`${name} of ztunnel`, ztunnels)];
  return ztunnels.value.flatMap((workload) =>
    shouldHold(
      { workload, container: "istio-proxy", cluster },
      {
        name,
        why: `the mesh's trust domain is ${domains.join(", ")}`,
        helm: `in the values of the ztunnel chart: env.${name}`,
        // ztunnel reads no other spelling.
        fine: (value) => value === "true",
      },
    ),
  );
}

export const envVars = clusterCheck({
  id: "env-vars",
  title: "Incompatible Environment Variable Check",
  meshKind: "peering",
  view: { rank: 130, familiar: true, passes: "titled" },
  explanation: stopsItsCluster(3),
  why: "istiod finds its peers only with the variables of peering, and some others keep it from them.",
  reads:
    "Environment of container discovery of istiod Deployments and of ztunnel, remote secrets, mesh configuration; Services, among which is that of a management plane.",
  faults: [
    "ENABLE_PEERING_DISCOVERY is not set or not true.",
    "K8S_SELECT_WORKLOAD_ENTRIES is set, and not to true.",
    "From 1.28 on, DISABLE_LEGACY_MULTICLUSTER is not true (warning).",
    "Remote secrets of community multicluster exist beside peering (warning).",
    "PILOT_ENABLE_IP_AUTOALLOCATE is false (warning).",
    "The trust domain is not cluster.local, and PILOT_SKIP_VALIDATE_TRUST_DOMAIN of istiod or SKIP_VALIDATE_TRUST_DOMAIN of ztunnel is not true (warning).",
    "From 1.27.7, 1.28.4 and 1.29 on, DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES does not list the namespace of a management plane that is not in gloo-mesh (warning).",
    "There is no istiod, or none of the revision that -r names.",
  ],
  fixes: [
    "Set platforms.peering.enabled=true in the values of the istiod chart.",
    "Set other variables under env in the values of the istiod and ztunnel charts.",
    "Delete remote secrets once no istiod needs them.",
  ],
  needs: ["istiods"],
  uses: ["remoteSecrets", "meshConfigs", "ztunnels", "services"],
  run({ istiods, remoteSecrets, meshConfigs, ztunnels, services }, context) {
    const { cluster, revision } = context;
    const { judged, others } = istiods;
    const several = judged.length > 1;
    const peers = [...judged, ...others].some(mayPeer);
    const findings =
      judged.length === 0
        ? [noIstiod(istiods, context)]
        : [
            ...judged.flatMap((istiod) =>
              judge(istiod, { lead: several ? `${qualified(istiod)}: ` : "", peers, cluster }),
            ),
            ...remoteSecretsFinding(istiods, remoteSecrets, cluster),
            ...trustDomainFindings(judged, meshConfigs, ztunnels, cluster),
            ...debugAccessFindings(judged, services, cluster),
            ...others.map((istiod) => notJudged(istiod, revision)),
          ];
    const fine = "all relevant environment variables are valid";
    return { findings, summary: summarize(findings, fine) };
  },
});
