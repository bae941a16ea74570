import { parseArgs } from "node:util";
import { byHand } from "./by-hand.ts";
import { certificates } from "./certificates.ts";
import { depth, manyClusters } from "./depth.ts";
import { intermediates } from "./intermediates.ts";
import { has, table, type Row } from "./measure.ts";
import { flatNetwork, hundredClusters, sizes } from "./scale.ts";
import { sharedServices } from "./services.ts";
import { startUp, type Reference } from "./start-up.ts";
import { writes } from "./writes.ts";

/*
 * `npm run bench [-- [--check] PART…]`: how long the built command takes, as ratios of medians within
 * one run, since machines differ. Build first: it runs dist. `--check` needs neither kubectl nor
 * curl, allows half as much again as the budgets, and fails beyond that.
 */

const { values, positionals } = parseArgs({
  options: { check: { type: "boolean", default: false } },
  allowPositionals: true,
});
const guard = values.check;
/** Of what is quick, and of what takes its time. */
const [many, some] = guard ? [7, 3] : [15, 5];

const NODE: Reference = { command: [process.execPath, "-e", "0"], budgets: [2, 2, 8] };
const KUBECTL: Reference = {
  command: ["kubectl", "version", "--client"],
  budgets: [1.3, 1.3, 4],
};
const withOpenssl = !guard && (await has("openssl", "version"));
const withKubectl = !guard && (await has(...KUBECTL.command));

/** In the order of the table. */
const PARTS: Readonly<Record<string, () => Promise<Row[]>>> = {
  "start-up": () => startUp([...(withKubectl ? [KUBECTL] : []), NODE], many),
  depth: () => depth(guard ? some : many),
  clusters: () => manyClusters(some),
  flat: () => flatNetwork(some, guard),
  // What takes minutes is left out of the gate.
  ...(guard ? {} : { services: () => sharedServices(some), writes: () => writes(some) }),
  ...(guard ? {} : { sizes: () => sizes(many - some), hundred: () => hundredClusters() }),
  ...(withKubectl ? { "by-hand": () => byHand(some) } : {}),
  certificates: () => certificates(many),
  // openssl takes minutes for keys of RSA 4096.
  ...(withOpenssl ? { intermediates: () => intermediates(some) } : {}),
};

const unknown = positionals.find((name) => !Object.hasOwn(PARTS, name));
if (unknown !== undefined) {
  throw new Error(`no part is called ${unknown}; there are ${Object.keys(PARTS).join(", ")}`);
}
const rows: Row[] = [];
for (const [name, measure] of Object.entries(PARTS)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  process.stderr.write(`${name}…\n`);
  rows.push(...(await measure()));
}
const { text, beyond } = table(rows, guard ? 1.5 : 1);
process.stdout.write(text);
if (guard && beyond.length > 0) process.exitCode = 1;
