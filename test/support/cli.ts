import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { run } from "../../src/cli/program.ts";
import type { Clock, Output } from "../../src/cli/shared/io.ts";
import { pause } from "../../src/cli/shared/pause.ts";
import {
  type ApiServer,
  type ApiServerOptions,
  type KubeObject,
  startApiServer,
} from "./apiserver.ts";
import { peersAmong } from "./apiserver/peering.ts";
import { writeKubeconfig } from "./kubeconfig.ts";
import { clusterDirectories } from "./scenario.ts";

const ROOT = resolve(import.meta.dirname, "../..");

/*
 * The command line as a whole: `run` of the program with streams made of strings, against API
 * servers over the scenarios of the fixtures, through a real kubeconfig.
 */

export interface RunOptions {
  env?: Readonly<Record<string, string>>;
  /** Where an mc.yaml is looked for. */
  cwd?: string;
  /** Both streams are terminals. */
  isTTY?: boolean;
  columns?: number;
  /** How it was called: `mc`. */
  program?: string;
  /** Ctrl-C. */
  signal?: AbortSignal;
  /** Real time where absent. */
  clock?: Clock;
  /** Says whether the reader of stdout has gone away. */
  isGone?: () => boolean;
  /** Called with each text as it is written. */
  onWrite?: (stream: "stdout" | "stderr", text: string) => void;
}

export interface RunResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs `mc` with these arguments, as `main.ts` does. */
export async function runMc(
  args: readonly string[],
  {
    env = {},
    cwd = ROOT,
    isTTY = false,
    columns,
    program = "mc",
    signal,
    onWrite,
    clock,
    isGone,
  }: RunOptions = {},
): Promise<RunResult> {
  const written = { stdout: "", stderr: "" };
  const output = (stream: "stdout" | "stderr"): Output => ({
    isTTY,
    columns: isTTY ? columns : undefined,
    get isGone() {
      return stream === "stdout" && (isGone?.() ?? false);
    },
    write: async (text) => {
      written[stream] += text;
      onWrite?.(stream, text);
    },
  });
  const code = await run(args, {
    stdout: output("stdout"),
    stderr: output("stderr"),
    cwd,
    env,
    signal: signal ?? new AbortController().signal,
    clock: clock ?? { now: () => performance.now(), pause },
    program,
  });
  return { code, ...written };
}

export interface ClusterOptions {
  /** For all servers, or by context. */
  server?: Partial<ApiServerOptions> | ((context: string) => Partial<ApiServerOptions>);
  /** Gateways get the statuses that Istio would write; so by default. */
  controller?: boolean;
  /** Namespace of the contexts. */
  namespace?: string;
  /** Contexts to call otherwise. */
  rename?: Readonly<Record<string, string>>;
}

export interface Clusters {
  /** The file; its first context is the current one. */
  kubeconfig: string;
  contexts: string[];
  server(context: string): ApiServer;
  /** Runs `mc` with this kubeconfig. */
  mc(args: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Objects of a kind, by `namespace/name`. */
  objects(context: string, kind: string): Map<string, KubeObject>;
  /** Changes an object where it is. */
  edit(context: string, kind: string, name: string, change: (object: KubeObject) => void): void;
  /** Requests that changed something, as `PATCH /path`, since the last call. */
  writes(context: string): string[];
  /** Runs a shell command with this kubeconfig. */
  shell(command: string, input?: string): Promise<RunResult>;
  close(): Promise<void>;
}

/** Starts the clusters of a scenario behind API servers, with a kubeconfig for them. */
export async function startClusters(
  scenario: string,
  options: ClusterOptions = {},
): Promise<Clusters> {
  const directory = mkdtempSync(join(tmpdir(), "mc-cli-"));
  const servers = new Map<string, ApiServer>();
  const onPeer = peersAmong(servers);
  for (const [index, recorded] of clusterDirectories(scenario).entries()) {
    const recordedAs = contextOf(recorded);
    const context = options.rename?.[recordedAs] ?? recordedAs;
    const { server = {}, controller = true } = options;
    const own = typeof server === "function" ? server(context) : server;
    const address = `192.0.2.${10 * (index + 1)}`;
    servers.set(
      context,
      await startApiServer({
        directory: recorded,
        controller: controller ? { address, onPeer: onPeer(context) } : false,
        ...own,
      }),
    );
  }
  const { namespace } = options;
  const [first, ...others] = [...servers].map(([context, server]) =>
    server.kubeconfig({
      context,
      dir: directory,
      ...(namespace === undefined ? {} : { namespace }),
    }),
  );
  if (!first) throw new Error(`scenario ${scenario} has no clusters`);
  const kubeconfig = writeKubeconfig(join(directory, "kubeconfig"), [first, ...others]);
  const serverOf = (context: string): ApiServer => {
    const server = servers.get(context);
    if (!server) throw new Error(`there is no context ${context}`);
    return server;
  };
  const seen = new Map<string, number>();
  const fullName = ({ metadata }: KubeObject): string =>
    metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
  const ofKind = (context: string, kind: string): Map<string, KubeObject> =>
    new Map(
      serverOf(context)
        .objects()
        .filter((object) => object.kind === kind)
        .map((object) => [fullName(object), object] as const),
    );
  return {
    kubeconfig,
    contexts: [...servers.keys()],
    server: serverOf,
    mc: (args, run_ = {}) => runMc(args, { ...run_, env: { KUBECONFIG: kubeconfig, ...run_.env } }),
    objects: ofKind,
    edit: (context, kind, name, change) => {
      const object = ofKind(context, kind).get(name);
      if (!object) throw new Error(`${context} has no ${kind} ${name}`);
      change(object);
      serverOf(context).put(object);
    },
    writes: (context) => {
      const { requests } = serverOf(context);
      const fresh = requests.slice(seen.get(context) ?? 0);
      seen.set(context, requests.length);
      return fresh
        .filter(({ method }) => method !== "GET")
        .filter(({ path }) => !path.includes("selfsubject"))
        .map(({ method, path, query }) => `${method} ${path}${query ? `?${query}` : ""}`);
    },
    shell: (command, input = "") => shell(command, input, { KUBECONFIG: kubeconfig }),
    close: async () => {
      await Promise.all([...servers.values()].map((server) => server.close()));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function contextOf(recorded: string): string {
  const text = readFileSync(join(recorded, "snapshot.json"), "utf8");
  return (JSON.parse(text) as { context: string }).context;
}

/** Not synchronously: what it talks to is in this process. */
function shell(command: string, input: string, env: object): Promise<RunResult> {
  return new Promise((done) => {
    const options = { env: { ...process.env, ...env } };
    const child = execFile("bash", ["-c", command], options, (error, stdout, stderr) => {
      const code = typeof error?.code === "number" ? error.code : error ? 1 : 0;
      done({ code, stdout, stderr });
    });
    child.stdin?.end(input);
  });
}

export const hasKubectl = spawnSync("kubectl", ["version", "--client"]).status === 0;
