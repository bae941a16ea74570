import { join } from "node:path";
import { compare, MC, ms, ROOT, type Row } from "./measure.ts";
import { linked } from "./meshes.ts";
import { contentsOf, serving, type Contents } from "./servers.ts";

const LATENCY = 200;

/** The fixtures' healthy clusters. */
export const HEALTHY: Contents = new Map(
  ["cluster1", "cluster2"].map((name) => [
    name,
    { directory: join(ROOT, "fixtures/healthy", name) },
  ]),
);

/** `mc check` on two clusters with a latency added to every answer, in latencies. */
export async function depth(runs: number): Promise<Row[]> {
  const [near = 0, far = 0] = await serving(HEALTHY, 0, (quick) =>
    serving(HEALTHY, LATENCY, (slow) =>
      compare(
        [quick, slow].map(({ check }) => [...MC, ...check]),
        runs,
      ),
    ),
  );
  return [
    {
      what: `\`mc check\` on two API servers, ${LATENCY} ms added to every answer`,
      measured: ms(far),
      against: `without, ${ms(near)}: the difference in times of ${LATENCY} ms`,
      ratio: (far - near) / LATENCY,
      budget: 3,
    },
  ];
}

const MANY = 30;

/** How `mc check` of many clusters, all linked, compares to that of two. */
export async function manyClusters(runs: number): Promise<Row[]> {
  const [two, many] = [contentsOf(await linked(2)), contentsOf(await linked(MANY))];
  const rows: Row[] = [];
  for (const latency of [LATENCY, 0]) {
    const [few = 1, all = 0] = await serving(two, latency, (one) =>
      serving(many, latency, (other) =>
        compare(
          [one, other].map(({ check }) => [...MC, ...check]),
          runs,
        ),
      ),
    );
    rows.push({
      what: `\`mc check\` on ${MANY} API servers, ${latency} ms added to every answer`,
      measured: ms(all),
      against: `on two, ${ms(few)}`,
      ratio: all / few,
      ...(latency > 0 ? { budget: 2.5 } : {}),
    });
  }
  return rows;
}
