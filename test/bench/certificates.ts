import { judgeTrust, type TrustInput } from "../../src/lib/x509/index.ts";
import { gathered } from "../../src/model/gathered.ts";
import { makeIntermediate, makeRoot } from "../support/certificates.ts";
import { NOW } from "../support/facts.ts";
import { median, ms, type Row } from "./measure.ts";

const BUDGET_MS = 200;

/** 30 clusters under one root, 870 ordered pairs, in this process. */
export async function certificates(runs: number): Promise<Row[]> {
  const root = await makeRoot();
  const clusters: TrustInput[] = await Promise.all(
    Array.from({ length: 30 }, async (_, index) => ({
      ref: { context: `c${index}`, now: NOW },
      facts: {
        rootCertificate: gathered({ pem: root.pem }),
        intermediate: gathered({
          secret: "cacerts" as const,
          keys: [],
          certificate: (await makeIntermediate(root, `c${index}`)).pem,
        }),
      },
    })),
  );
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const start = performance.now();
    await judgeTrust(clusters);
    times.push(performance.now() - start);
  }
  const took = median(times);
  return [
    {
      what: "certificates of 30 clusters, 870 ordered pairs",
      measured: ms(took),
      against: ms(BUDGET_MS),
      ratio: took / BUDGET_MS,
      budget: 1,
    },
  ];
}
