import { at } from "../../src/lib/json.ts";
import { compare, MC, ms, type Row } from "./measure.ts";
import { linked } from "./meshes.ts";
import { contentsOf, serving, type Contents, type Served } from "./servers.ts";

const LATENCY = 50;
const MANY = 30;
const REMOTE = "istio-remote";

/** Clusters that are ready to be linked. */
async function unlinked(count: number): Promise<Contents> {
  const clusters = await linked(count);
  return contentsOf(
    clusters.map((cluster) => ({
      ...cluster,
      objects: cluster.objects.filter(
        ({ kind, spec }) => !(kind === "Gateway" && at(spec, "gatewayClassName") === REMOTE),
      ),
    })),
  );
}

/** `link` and `unlink`, which leaves them as they were. */
function commandsOf({ kubeconfig, contexts }: Served): string[][] {
  const clusters = [`--contexts=${contexts.join(",")}`, "--kubeconfig", kubeconfig];
  return [
    [...MC, "link", ...clusters],
    [...MC, "unlink", ...clusters],
  ];
}

/** What it takes to link many clusters in all directions, and to part them, against two. */
export async function writes(runs: number): Promise<Row[]> {
  const [two, many] = [await unlinked(2), await unlinked(MANY)];
  const [link2 = 1, unlink2 = 1, link = 0, unlink = 0] = await serving(two, LATENCY, (few) =>
    serving(many, LATENCY, (all) => compare([...commandsOf(few), ...commandsOf(all)], runs)),
  );
  const gateways = MANY * (MANY - 1);
  return [
    {
      what: `\`mc link\` of ${MANY} clusters, ${gateways} Gateways, ${LATENCY} ms added to every answer`,
      measured: ms(link),
      against: `of two, ${ms(link2)}`,
      ratio: link / link2,
      budget: 8,
    },
    {
      what: `\`mc unlink\` of them`,
      measured: ms(unlink),
      against: `of two, ${ms(unlink2)}`,
      ratio: unlink / unlink2,
      budget: 8,
    },
  ];
}
