import { kubectl } from "../../mesh/commands/shell.ts";
import { REVISION } from "../../mesh/names.ts";
import { enumerate, qualified } from "../../mesh/wording.ts";
import type { ClusterRef } from "../../model/check.ts";
import { fail, objectRef, remedy } from "../../model/finding.ts";
import type { Finding, ObjectRef } from "../../model/report.ts";
import type {
  SpireAgentConfig,
  SpireAgentFact,
  SpireManagerConfig,
  SpireServerConfig,
  SpireServerFact,
} from "../../model/spire.ts";
import { isPlain, parsed } from "../_shared/spire.ts";

/** Who says which trust domain, and where. */
interface Said {
  who: string;
  domain: string;
  object?: ObjectRef;
}

interface Around {
  agents: readonly SpireAgentFact[];
  servers: readonly SpireServerFact[];
  /** Of the mesh; none where no configuration could be read. */
  mesh: readonly string[];
  cluster: ClusterRef;
}

function saying(who: string, domain: string | undefined, map: ObjectRef | undefined): Said[] {
  return isPlain(domain) ? [{ who, domain, ...(map && { object: map }) }] : [];
}

function mapOf(namespace: string, name: string | undefined): ObjectRef | undefined {
  return name === undefined ? undefined : objectRef("ConfigMap", { namespace, name });
}

function saidBy({ agents, servers }: Around): Said[] {
  return [
    ...servers.flatMap(({ namespace, config, configMap, manager, managerConfigMap }) => [
      ...saying(
        `SPIRE server in ${namespace}`,
        parsed<SpireServerConfig>(config)?.trustDomain,
        mapOf(namespace, configMap),
      ),
      ...saying(
        `controller manager in ${namespace}`,
        parsed<SpireManagerConfig>(manager)?.trustDomain,
        mapOf(namespace, managerConfigMap),
      ),
    ]),
    ...agents.flatMap((agent) => {
      const config = agent.config.ok ? parsed<SpireAgentConfig>(agent.config.value) : undefined;
      const where = mapOf(agent.namespace, agent.configMap);
      return saying(`agent ${qualified(agent)}`, config?.trustDomain, where);
    }),
  ];
}

/** SPIRE issues identities of one trust domain, and the mesh expects those of its own. */
export function domainFindings(around: Around): Finding[] {
  const { mesh, cluster } = around;
  const said = saidBy(around);
  const [first] = said;
  const different = said.find(({ domain }) => domain !== first?.domain);
  if (first && different) {
    const message = `parts of SPIRE have different trust domains: ${enumerate(
      said.map(({ who, domain }) => `${who} has ${domain}`),
    )}`;
    const remediation = remedy(
      "Set global.spire.trustDomain in SPIRE's Helm values, and upgrade its release.",
      kubectl(cluster, "get", "configmaps", "-A"),
    );
    return [fail(message, { ...(different.object && { object: different.object }), remediation })];
  }
  if (!first || mesh.length === 0 || mesh.includes(first.domain)) return [];
  const message = `SPIRE issues identities of trust domain ${first.domain}, but that of the mesh is ${enumerate(mesh)}`;
  const remediation = remedy(
    `Set meshConfig.trustDomain of istiod to ${first.domain}, or global.spire.trustDomain of SPIRE and its delegates to that of the mesh.`,
    kubectl(
      cluster,
      "-n",
      cluster.istioNamespace,
      "get",
      "configmaps",
      "-l",
      REVISION,
      "-o",
      "yaml",
    ),
  );
  return [fail(message, { ...(first.object && { object: first.object }), remediation })];
}
