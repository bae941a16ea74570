import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { judgeTrust } from "../../src/lib/x509/index.ts";
import type { TrustInput } from "../../src/lib/x509/index.ts";
import { gathered } from "../../src/model/gathered.ts";
import { startApiServer } from "../support/apiserver.ts";
import { makeIntermediate, makeRoot } from "../support/certificates.ts";
import { NOW } from "../support/facts.ts";
import { writeKubeconfig } from "../support/kubeconfig.ts";

/*
 * `npm run bench`: how long the built command takes, as ratios of medians within one run, since
 * machines differ. `-- --check` fails when a ratio to `node -e 0` is beyond one and a half times its
 * budget. Build first: it runs dist.
 */

const ROOT = resolve(import.meta.dirname, "../..");
const MC = [process.execPath, join(ROOT, "bin/mc.js")];
const GUARD = process.argv.includes("--check");
const RUNS = GUARD ? 7 : 15;

interface Row {
  what: string;
  /** ms. */
  median: number;
  against: string;
  ratio: number;
  budget: number;
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** ms that a command takes from start to exit. */
function time(command: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const [file = "", ...args] = command;
  return new Promise((settle, reject) => {
    const start = performance.now();
    spawn(file, args, { stdio: "ignore", env })
      .once("error", reject)
      .once("close", () => settle(performance.now() - start));
  });
}

/** Medians of commands that take turns, so that what else the machine does strikes all alike. */
async function compare(
  commands: readonly (readonly string[])[],
  env = process.env,
): Promise<number[]> {
  const times: number[][] = commands.map(() => []);
  for (let run = -1; run < RUNS; run += 1) {
    for (const [index, command] of commands.entries()) {
      const ms = await time(command, env);
      // The first turn fills caches.
      if (run >= 0) times[index]?.push(ms);
    }
  }
  return times.map(median);
}

const healthy = ["cluster1", "cluster2"].flatMap((name) => [
  "--directory",
  join(ROOT, "fixtures/healthy", name),
]);

async function startUp(
  against: string,
  reference: readonly string[],
  budgets: number[],
): Promise<Row[]> {
  const commands = [["version"], ["--help"], ["check", ...healthy]];
  const [base = 1, ...medians] = await compare([
    reference,
    ...commands.map((args) => [...MC, ...args]),
  ]);
  return medians.map((ms, index) => ({
    what: `mc ${commands[index]?.[0]}${index === 2 ? " on two directories" : ""}`,
    median: ms,
    against,
    ratio: ms / base,
    budget: budgets[index] ?? 1,
  }));
}

/** `mc check` on two clusters with a latency added to every answer, in latencies. */
async function depth(latencyMs: number): Promise<Row> {
  const directory = mkdtempSync(join(tmpdir(), "mc-bench-"));
  const names = ["cluster1", "cluster2"];
  const start = (latency: number) =>
    Promise.all(
      names.map((name) =>
        startApiServer({ directory: join(ROOT, "fixtures/healthy", name), latencyMs: latency }),
      ),
    );
  const [quick, slow] = [await start(0), await start(latencyMs)];
  try {
    const files = [quick, slow].map((servers, which) => {
      const [first, ...others] = servers.map((server, index) =>
        server.kubeconfig({ context: names[index] ?? "", dir: directory }),
      );
      if (!first) throw new Error("no server was started");
      return writeKubeconfig(join(directory, `kubeconfig-${which}`), [first, ...others]);
    });
    const [without = 0, withLatency = 0] = await compare(
      files.map((file) => [...MC, "check", "--kubeconfig", file, `--contexts=${names.join(",")}`]),
    );
    return {
      what: `mc check on two API servers, ${latencyMs} ms added to each answer`,
      median: withLatency,
      against: "the added latency, beyond the time without",
      ratio: (withLatency - without) / latencyMs,
      budget: 3,
    };
  } finally {
    await Promise.all([...quick, ...slow].map((server) => server.close()));
    rmSync(directory, { recursive: true });
  }
}

/** 30 clusters under one root, 870 ordered pairs. */
async function certificates(): Promise<Row> {
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
  for (let run = 0; run < RUNS; run += 1) {
    const start = performance.now();
    await judgeTrust(clusters);
    times.push(performance.now() - start);
  }
  const ms = median(times);
  return {
    what: "certificates of 30 clusters, 870 ordered pairs",
    median: ms,
    against: "200 ms",
    ratio: ms / 200,
    budget: 1,
  };
}

const node = [process.execPath, "-e", "0"];
const rows = await startUp("node -e 0", node, [2, 2, 8]);
if (
  !GUARD &&
  (await time(["kubectl", "version", "--client"]).catch(() => undefined)) !== undefined
) {
  rows.push(
    ...(await startUp(
      "kubectl version --client",
      ["kubectl", "version", "--client"],
      [1.3, 1.3, 4],
    )),
  );
}
rows.push(await depth(200), await certificates());

const slack = GUARD ? 1.5 : 1;
const lines = rows.map(({ what, median: ms, against, ratio, budget }) => {
  const verdict = ratio <= budget * slack ? "within" : "BEYOND";
  return `| ${what} | ${Math.round(ms)} ms | ${against} | ${ratio.toFixed(2)} | ${budget} | ${verdict} |`;
});
process.stdout.write(
  [
    "| what | median | compared to | ratio | budget | |",
    "| --- | --- | --- | --- | --- | --- |",
    ...lines,
    "",
  ].join("\n"),
);
if (GUARD && lines.some((line) => line.includes("BEYOND"))) process.exitCode = 1;
