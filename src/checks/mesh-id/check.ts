import { kubectl } from "../../mesh/commands/shell.ts";
import { enumerate } from "../../mesh/wording.ts";
import { meshCheck, type MeshMember } from "../../model/check.ts";
import { pass, remedy, summarize, warn } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import { pairsSkipped } from "../_shared/pairs-skipped.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "mesh-id": undefined;
  }
}

type Member = MeshMember<"meshConfigs", never>;

/** Each ID of a cluster, with the first ConfigMap that has it. */
function idsOf({ cluster, facts }: Member) {
  const all = facts.meshConfigs.flatMap(({ meshId: id, configMap }) =>
    id === undefined ? [] : [{ id, configMap, cluster }],
  );
  return all.filter(({ id }, index) => all.findIndex((one) => one.id === id) === index);
}

export const meshId = meshCheck({
  id: "mesh-id",
  title: "Mesh ID Check",
  meshKind: "community",
  view: { rank: 240 },
  why: "Telemetry tells requests of one mesh from those of another by its ID: with several, one mesh looks like two.",
  reads: "defaultConfig.meshId of the mesh configuration.",
  faults: ["Clusters have different mesh IDs (warning)."],
  fixes: ["Set one value global.meshID in the values of istiod of all clusters."],
  needs: ["meshConfigs"],
  run(members: readonly Member[], { absent }) {
    const groups = Map.groupBy(members.flatMap(idsOf), ({ id }) => id);
    const findings: Finding[] = [];
    const [first, second] = groups.values();
    if (first && second) {
      const said = [...groups].map(
        ([id, all]) => `${id} in ${enumerate(all.map(({ cluster }) => cluster.context))}`,
      );
      const commands = [...first, ...second]
        .slice(0, 2)
        .map(({ cluster, configMap }) =>
          kubectl(
            cluster,
            "-n",
            cluster.istioNamespace,
            "get",
            "configmap",
            configMap,
            "-o",
            "yaml",
          ),
        );
      findings.push(
        warn(`clusters have different mesh IDs: ${said.join("; ")}`, {
          remediation: remedy(
            "Set one global.meshID in the values of istiod of all clusters.",
            ...commands,
          ),
        }),
      );
    }
    if (members.length < 2) findings.push(pairsSkipped("mesh IDs are not compared", absent));
    const [only] = groups.keys();
    const fine = only === undefined ? "no cluster has a mesh ID of its own" : `mesh ID is ${only}`;
    if (findings.length === 0) findings.push(pass(fine));
    return { findings, summary: summarize(findings, fine) };
  },
});
