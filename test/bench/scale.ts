import { join } from "node:path";
import { compare, has, MC, memory, ms, type Command, type Row } from "./measure.ts";
import { flat, linked, withGateways } from "./meshes.ts";
import { contentsOf, serving, type Served } from "./servers.ts";

const METADATA =
  "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
const ENTRIES =
  "/apis/networking.istio.io/v1/workloadentries?labelSelector=solo.io%2Fsource-workload";
const PODS = 20_000;
const GATEWAYS = 5_000;

const thousands = (count: number): string => count.toLocaleString("en");

/** The two lists of a flat network, as [url, token]: entries of c2, pods of c1. */
function listsOf({ servers }: Served): [string, string][] {
  const [source, target] = [servers.get("c1"), servers.get("c2")];
  if (!source || !target) throw new Error("the flat network has c1 and c2");
  return [
    [target.url + ENTRIES, target.token],
    [`${source.url}/api/v1/pods`, source.token],
  ];
}

function curl(served: Served): Command {
  const common = ["--silent", "--fail", "--output", "/dev/null", "--header", `Accept: ${METADATA}`];
  const requests = listsOf(served).map(([url, token]) => {
    const signedIn = ["--cacert", served.caFile, "--header", `Authorization: Bearer ${token}`, url];
    return [...common, ...signedIn];
  });
  return [
    "curl",
    ...requests.flatMap((request, index) => (index ? ["--next", ...request] : request)),
  ];
}

function plainFetch(served: Served): Command {
  const script = join(import.meta.dirname, "plain-fetch.mjs");
  const node = ["env", `NODE_EXTRA_CA_CERTS=${served.caFile}`, process.execPath];
  return [...node, script, METADATA, ...listsOf(served).flat()];
}

/**
 * A flat network against plain downloads of the same two lists: by a Node program, and where the
 * machine has it by curl, neither of which reads them.
 */
export async function flatNetwork(runs: number, guard: boolean): Promise<Row[]> {
  const mesh = contentsOf(await flat(PODS));
  const what = `\`mc check\`, flat network of ${thousands(PODS)} pods and entries`;
  return serving(mesh, 0, async (served) => {
    const useCurl = !guard && (await has("curl", "--version"));
    const names = ["fetch", ...(useCurl ? ["curl"] : [])];
    const [whole = 0, ...plain] = await compare(
      [[...MC, ...served.check], plainFetch(served), ...(useCurl ? [curl(served)] : [])],
      runs,
    );
    const rows = plain.map((median, index) => ({
      what,
      measured: ms(whole),
      against: `${names[index]} of the same two lists, ${ms(median)}`,
      ratio: whole / median,
      budget: 2,
    }));
    return [...rows, await memory(`${what}: memory`, served.check, 200)];
  });
}

/** What twice as many objects cost, beyond what none cost, in times of what they should. */
async function growth(
  what: string,
  largest: number,
  make: (count: number) => ReturnType<typeof flat>,
  runs: number,
): Promise<Row> {
  const counts = [0, largest / 4, largest / 2, largest];
  const commands: Command[] = [];
  const start = async (index: number): Promise<number[]> => {
    const size = counts[index];
    if (size === undefined) return compare(commands, runs);
    return serving(contentsOf(await make(size)), 0, ({ check }) => {
      commands.push([...MC, ...check]);
      return start(index + 1);
    });
  };
  const [none = 0, quarter = 0, half = 0, all = 0] = await start(0);
  return {
    what: `${what}: ${counts.map(thousands).join(", ")}`,
    measured: [none, quarter, half, all].map(ms).join(", "),
    against: "linear growth of what comes on top of none, from half to all",
    ratio: (all - none) / (half - none) / 2,
    budget: 1.25,
  };
}

export async function sizes(runs: number): Promise<Row[]> {
  return [
    await growth("pods and entries of a flat network", PODS, flat, runs),
    await growth("remote Gateways of a cluster", GATEWAYS, withGateways, runs),
  ];
}

export async function hundredClusters(): Promise<Row[]> {
  return serving(contentsOf(await linked(100)), 0, async ({ check }) => [
    await memory("`mc check` on 100 API servers, all linked: memory", check, 400),
  ]);
}
