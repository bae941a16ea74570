import { service } from "../support/mesh/objects.ts";
import { peered } from "../support/mesh/peering.ts";
import { compare, MC, ms, type Row } from "./measure.ts";
import { linked } from "./meshes.ts";
import { contentsOf, serving } from "./servers.ts";

const CLUSTERS = 30;
const SERVICES = 500;

/** Services that two clusters share each, and all others import. */
async function sharing(): ReturnType<typeof linked> {
  const clusters = await linked(CLUSTERS);
  for (let index = 0; index < SERVICES; index += 1) {
    for (const offset of [0, 1]) {
      clusters[(index + offset) % CLUSTERS]?.objects.push(
        service({
          namespace: `shop-${index % 50}`,
          name: `cart-${index}`,
          labels: { "solo.io/service-scope": "global" },
          selector: { app: `cart-${index}` },
          ports: [{ name: "http", port: 80 }],
        }),
      );
    }
  }
  return peered(clusters);
}

/** What the check of imports costs where every cluster imports what others share. */
export async function sharedServices(runs: number): Promise<Row[]> {
  return serving(contentsOf(await sharing()), 0, async ({ check }) => {
    const [without = 1, whole = 0] = await compare(
      [
        [...MC, ...check, "--skip", "service-imports"],
        [...MC, ...check],
      ],
      runs,
    );
    return [
      {
        what: `\`mc check\` on ${CLUSTERS} API servers that share ${SERVICES} services`,
        measured: ms(whole),
        against: `without \`service-imports\`, ${ms(without)}`,
        ratio: whole / without,
        budget: 1.3,
      },
    ];
  });
}
