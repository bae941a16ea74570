import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { peersAmong } from "./apiserver/peering.ts";
import { startApiServer, type ApiServer } from "./apiserver.ts";
import { writeKubeconfig } from "./kubeconfig.ts";

/*
 * `npm run demo [-- --scenario NAME]`: API servers over a scenario of the fixtures, with a
 * kubeconfig for them, until Ctrl-C.
 */

const FIXTURES = resolve(import.meta.dirname, "../../fixtures");

function clustersOf(scenario: string): string[] {
  const directory = join(FIXTURES, scenario);
  if (!existsSync(directory)) {
    const known = readdirSync(FIXTURES).join(", ");
    throw new Error(`there is no scenario ${scenario}; there are ${known}`);
  }
  return readdirSync(directory).toSorted();
}

async function start(scenario: string): Promise<Map<string, ApiServer>> {
  const servers = new Map<string, ApiServer>();
  const onPeer = peersAmong(servers);
  for (const [index, name] of clustersOf(scenario).entries()) {
    const server = await startApiServer({
      directory: join(FIXTURES, scenario, name),
      controller: { address: `192.0.2.${10 * (index + 1)}`, onPeer: onPeer(name) },
    });
    servers.set(name, server);
  }
  return servers;
}

function instructions(kubeconfig: string, names: readonly string[]): string {
  const all = names.join(",");
  return [
    `Clusters ${names.join(", ")} are up until Ctrl-C. In another terminal:`,
    "",
    `  export KUBECONFIG=${kubeconfig}`,
    `  npx mc check --contexts=${all}`,
    `  npx mc expose --context=${names[0]} -n istio-eastwest`,
    `  npx mc link --contexts=${all} -n istio-eastwest`,
    `  npx mc check --contexts=${all} --verbose`,
    `  kubectl --context=${names[0]} get gtw,pods -A`,
    "",
  ].join("\n");
}

const { values } = parseArgs({ options: { scenario: { type: "string", default: "unlinked" } } });
const directory = mkdtempSync(join(tmpdir(), "mc-demo-"));
const servers = await start(values.scenario);
const [first, ...others] = [...servers].map(([context, server]) =>
  server.kubeconfig({ context, dir: directory }),
);
if (!first) throw new Error(`scenario ${values.scenario} has no clusters`);
const kubeconfig = writeKubeconfig(join(directory, "kubeconfig"), [first, ...others]);
process.stdout.write(instructions(kubeconfig, [...servers.keys()]));

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  rmSync(directory, { recursive: true, force: true });
  await Promise.all([...servers.values()].map((server) => server.close()));
}
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void stop());
