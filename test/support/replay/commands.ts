import { gather } from "../../../src/engine/gather.ts";
import { eastWestGateway } from "../../../src/gateway/eastwest.ts";
import { planLinks } from "../../../src/gateway/links.ts";
import type { GatewayManifest } from "../../../src/gateway/manifest.ts";
import { SOURCE_FACTS } from "../../../src/gateway/preconditions.ts";
import { TARGET_FACTS } from "../../../src/gateway/target.ts";
import { array, at, record, string } from "../../../src/lib/json.ts";
import type { RawObject } from "../../../src/model/reader.ts";
import { reconcile, rollOut } from "./controllers.ts";
import { named, readersOf, type ReplayCluster } from "./mesh.ts";
import { flagOf, shellWords } from "./words.ts";

/** What came of a command: done, or why it cannot be carried out here. */
export type Outcome = "changed" | "looked" | { cannot: string };

/** Commands that cannot be carried out on objects, with the reason. */
const CANNOT: readonly (readonly [RegExp, string])[] = [
  [/^helm /, "needs a chart registry"],
  [/istioctl create-remote-secret /, "needs the credentials of another cluster"],
  [/create secret generic cacerts/, "needs certificates that only their CA can make"],
  [/\bedit\b/, "opens an editor"],
  [/ apply -f http/, "needs a manifest of the internet"],
  [/'<[a-z-]+>'|=<[a-z-]+>/, "has a place to be filled in"],
  [/"[^"]*\$\{/, "has a variable to be set"],
];

const LOOKS: ReadonlySet<string> = new Set(["get", "describe", "logs", "run", "auth"]);

const KINDS: Readonly<Record<string, string>> = {
  "gateways.gateway.networking.k8s.io": "Gateway",
  "workloadentries.networking.istio.io": "WorkloadEntry",
  "clusterspiffeids.spire.spiffe.io": "ClusterSPIFFEID",
  namespace: "Namespace",
  service: "Service",
  configmap: "ConfigMap",
  secret: "Secret",
  deployment: "Deployment",
  daemonset: "DaemonSet",
};

function mutable(value: unknown): Record<string, unknown> {
  return record(value);
}

/** Carries out one command of a remedy on the objects of a mesh. */
export async function carryOut(mesh: ReplayCluster[], command: string): Promise<Outcome> {
  const holder = mesh.find(({ context }) => command.includes(`--context ${context} `));
  if (holder?.files && /create secret generic cacerts/.test(command)) {
    const others = holder.objects.filter(
      (one) => one["kind"] !== "Secret" || at(one, "metadata", "name") !== "cacerts",
    );
    holder.objects = [...others, structuredClone(holder.files)];
    return "changed";
  }
  const why = CANNOT.find(([pattern]) => pattern.test(command));
  if (why) return { cannot: why[1] };
  const [program, ...words] = shellWords(command);
  if (program === "mc") return mc(mesh, words);
  if (program !== "kubectl") return { cannot: `runs ${program}` };
  return kubectl(mesh, words, command);
}

async function mc(mesh: ReplayCluster[], [verb, ...words]: string[]): Promise<Outcome> {
  if (verb === "check") return "looked";
  const namespace = flagOf(words, "-n");
  if (verb === "expose") return expose(mesh, flagOf(words, "--context"), namespace ?? "default");
  if (verb !== "link") return { cannot: `runs mc ${verb}` };
  const all = flagOf(words, "--contexts")?.split(",");
  const sources = all ?? flagOf(words, "--from")?.split(",") ?? [];
  const targets = all ?? flagOf(words, "--to")?.split(",") ?? [];
  return link(mesh, sources, targets, namespace);
}

async function link(
  mesh: ReplayCluster[],
  sources: string[],
  targets: string[],
  namespace = "default",
): Promise<Outcome> {
  const facts = new Set([...TARGET_FACTS, ...SOURCE_FACTS]);
  const clusters = await gather(readersOf(mesh), facts, { concurrency: 16 });
  const { links, problems } = planLinks({
    clusters: new Map(clusters.map((one) => [one.ref.context, one])),
    sources,
    targets,
    addresses: new Map(),
    nodePort: false,
    namespace,
    namespaceOf: () => namespace,
  });
  if (problems.length > 0) {
    throw new Error(`mc link refuses: ${problems.map(({ message }) => message).join("; ")}`);
  }
  for (const { cluster, gateways } of links) {
    for (const { manifest } of gateways) apply(mesh, cluster.ref.context, manifest);
  }
  return "changed";
}

async function expose(
  mesh: ReplayCluster[],
  context: string | undefined,
  namespace: string,
): Promise<Outcome> {
  const facts = new Set(SOURCE_FACTS);
  const clusters = await gather(readersOf(mesh), facts, { concurrency: 16 });
  const found = clusters.find(({ ref }) => ref.context === context);
  const { network, id } = found?.ref ?? {};
  if (!found || !network) throw new Error(`mc expose refuses: ${context} has no network`);
  const manifest = eastWestGateway({
    network,
    namespace,
    nodePort: false,
    ...(id === undefined ? {} : { clusterId: id }),
  });
  apply(mesh, found.ref.context, manifest);
  return "changed";
}

function apply(mesh: ReplayCluster[], context: string, manifest: GatewayManifest): void {
  const cluster = mesh.find((one) => one.context === context);
  if (!cluster) throw new Error(`no cluster ${context}`);
  const { name, namespace, labels, annotations } = manifest.metadata;
  const present = named(cluster, "Gateway", namespace, name);
  const metadata = mutable(present?.["metadata"]);
  const gateway: Record<string, unknown> = {
    ...present,
    ...structuredClone({ ...manifest }),
    metadata: {
      ...metadata,
      ...manifest.metadata,
      labels: { ...mutable(metadata["labels"]), ...labels },
      annotations: { ...mutable(metadata["annotations"]), ...annotations },
      managedFields: [{ manager: "mc", operation: "Apply" }],
    },
  };
  if (manifest.spec.gatewayClassName === "istio-eastwest") {
    const service = named(cluster, "Service", namespace, name);
    const addresses = array(at(service, "status", "loadBalancer", "ingress")).map((one) => {
      const ip = string(at(one, "ip"));
      return ip === undefined
        ? { type: "Hostname", value: at(one, "hostname") }
        : { type: "IPAddress", value: ip };
    });
    gateway["status"] = {
      addresses,
      conditions: ["Accepted", "Programmed"].map((type) => ({
        type,
        status: "True",
        reason: "Replayed",
        message: "",
      })),
    };
  }
  cluster.objects = [...cluster.objects.filter((one) => one !== present), gateway];
  reconcile(mesh, gateway);
}

function kubectl(mesh: ReplayCluster[], words: string[], command: string): Outcome {
  const context = flagOf(words, "--context");
  const cluster = mesh.find((one) => one.context === context);
  if (!cluster) throw new Error(`no cluster ${context}`);
  const namespace = flagOf(words, "-n");
  const [verb = "", ...rest] = words.filter((word) => word !== "--overwrite");
  if (LOOKS.has(verb)) return "looked";
  if (verb === "set" && rest[0] === "env") return setEnv(cluster, namespace, rest.slice(1));
  if (verb === "rollout") return restart(cluster, namespace, rest.slice(1));
  const type = flagOf(rest, "--type");
  const patch = flagOf(rest, "-p");
  const [kind = "", ...more] = rest;
  if (verb === "create" && kind === "namespace") {
    cluster.objects.push({ apiVersion: "v1", kind: "Namespace", metadata: { name: more[0] } });
    return "changed";
  }
  const names = verb === "delete" ? more.filter((word) => !word.startsWith("-")) : more.slice(0, 1);
  const objects = names.map((name) => {
    const found = named(cluster, KINDS[kind] ?? kind, namespace, name);
    if (!found) throw new Error(`no ${kind} ${namespace}/${name}: ${command}`);
    return found;
  });
  for (const object of objects) {
    if (verb === "delete") cluster.objects = cluster.objects.filter((one) => one !== object);
    else if (verb === "label") keys(object, "labels", more.slice(1));
    else if (verb === "annotate") keys(object, "annotations", more.slice(1));
    else if (verb === "patch") patched(object, type, patch);
    else return { cannot: `runs kubectl ${verb}` };
    if (object["kind"] === "Gateway" && verb === "patch") reconcile(mesh, object);
    // The controller manager takes up what it had passed over.
    if (object["kind"] === "ClusterSPIFFEID" && verb === "patch") {
      const stats = { namespacesSelected: 1, podsSelected: 1, entriesToSet: 1 };
      Object.assign(object, { status: object["status"] ?? { stats } });
    }
  }
  return "changed";
}

function keys(object: RawObject, field: "labels" | "annotations", changes: string[]): void {
  const metadata = mutable(object["metadata"]);
  const values = { ...mutable(metadata[field]) };
  for (const change of changes) {
    const split = change.indexOf("=");
    if (split > 0) values[change.slice(0, split)] = change.slice(split + 1);
    else delete values[change.replace(/-$/, "")];
  }
  metadata[field] = values;
}

function patched(object: RawObject, type: string | undefined, patch = ""): void {
  const given: unknown = JSON.parse(patch);
  if (type === "merge") return merge(object, record(given));
  for (const operation of array(given)) {
    const path = String(at(operation, "path")).split("/").slice(1);
    const last = path.pop() ?? "";
    let parent: unknown = object;
    for (const key of path) parent = (parent as Record<string, unknown>)[key];
    const holder = parent as Record<string, unknown>;
    const value = at(operation, "value");
    if (at(operation, "op") === "test") {
      if (holder[last] !== value) throw new Error(`the test of a patch fails: ${patch}`);
    } else if (last === "-") (parent as unknown[]).push(value);
    else if (at(operation, "op") === "remove") delete holder[last];
    else holder[last] = value;
  }
}

function merge(target: Record<string, unknown>, patch: object): void {
  for (const [key, value] of Object.entries(patch) as [string, unknown][]) {
    if (value === null) delete target[key];
    else if (typeof value === "object" && !Array.isArray(value) && typeof target[key] === "object")
      merge(target[key] as Record<string, unknown>, value);
    else target[key] = value;
  }
}

function setEnv(cluster: ReplayCluster, namespace = "", words: string[]): Outcome {
  const only = flagOf(words, "-c");
  const [reference = "", ...variables] = words;
  const [kind = "", name = ""] = reference.split("/");
  const workload = named(cluster, KINDS[kind] ?? kind, namespace, name);
  if (!workload) throw new Error(`no ${reference} in ${namespace}`);
  for (const container of array(at(workload, "spec", "template", "spec", "containers"))) {
    if (only !== undefined && string(at(container, "name")) !== only) continue;
    const holder = mutable(container);
    const changed = variables.map((one) => /^([^=]+)=(.*)$/s.exec(one) ?? [one, one, ""]);
    holder["env"] = [
      ...array(holder["env"]).filter(
        (one) => !changed.some(([, variable]) => variable === at(one, "name")),
      ),
      ...changed.map(([, variable, value]) => ({ name: variable, value })),
    ];
  }
  rollOut(cluster, workload);
  return "changed";
}

function restart(cluster: ReplayCluster, namespace: string | undefined, words: string[]): Outcome {
  const selector = flagOf(words, "-l")?.split("=");
  const [reference = ""] = words;
  const [kind = "", name] = reference.split("/");
  const chosen = cluster.objects.filter(
    (one) =>
      one["kind"] === KINDS[kind] &&
      at(one, "metadata", "namespace") === namespace &&
      (name === undefined || at(one, "metadata", "name") === name) &&
      (!selector || at(one, "metadata", "labels", selector[0] ?? "") === selector[1]),
  );
  const pods = cluster.objects.filter(
    (one) =>
      one["kind"] === "Pod" &&
      at(one, "metadata", "namespace") === namespace &&
      selector !== undefined &&
      at(one, "metadata", "labels", selector[0] ?? "") === selector[1],
  );
  if (chosen.length === 0 && pods.length > 0) {
    return { cannot: "restarts what is not recorded" };
  }
  if (chosen.length === 0) throw new Error(`nothing to restart: ${words.join(" ")}`);
  for (const workload of chosen) rollOut(cluster, workload);
  return "changed";
}
