import { defined } from "../lib/defined.ts";
import { at, number, property } from "../lib/json.ts";
import { DEFAULT_REVISION, GATEWAY_NAME } from "../mesh/names.ts";
import {
  AGENT_CONF,
  AGENT_CONTAINER,
  CSI_DRIVER,
  directoryOf,
  DRIVER_CONTAINER,
  isSpireVariable,
  isWithin,
} from "../mesh/spire/names.ts";
import { qualified } from "../mesh/wording.ts";
import type { Env, WorkloadFact } from "../model/facts.ts";
import { gathered, missing, valueOr, type Gathered } from "../model/gathered.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";
import type { FactSource } from "../model/source.ts";
import type { SpireAgentFact, SpireDaemonSetFact, SpireFact } from "../model/spire.ts";
import { fact, got, listed } from "./fact.ts";
import { istioNamespaceOf } from "./istio-namespace.ts";
import { unionOfMaps, WHOLE } from "./keep.ts";
import { byName, metaOf, nameOf } from "./objects.ts";
import { SCHEDULING, schedulingFact } from "./scheduling.ts";
import { AGENT_TEXT, VALUES_TEXT } from "./spire-text.ts";
import { containersOf, VOLUMES, volumesOf } from "./spire-volumes.ts";

/** A DaemonSet with the spec of its pods. */
interface Found extends SpireDaemonSetFact {
  podSpec: unknown;
}

function daemonSetFact(object: RawObject): Found[] {
  const meta = metaOf(object);
  if (!meta) return [];
  const podSpec = at(object, "spec", "template", "spec");
  return [
    {
      namespace: meta.namespace,
      name: meta.name,
      scheduling: schedulingFact(podSpec),
      podSpec,
      ...defined({
        desired: number(at(object, "status", "desiredNumberScheduled")),
        ready: number(at(object, "status", "numberReady")),
      }),
    },
  ];
}

function withoutPodSpec({ podSpec: _podSpec, ...rest }: Found): SpireDaemonSetFact {
  return rest;
}

/** An agent; its chart puts the configuration and the trust bundle into ConfigMaps that it mounts. */
async function agentFact(source: FactSource, found: Found): Promise<SpireAgentFact> {
  const volumes = volumesOf(found.podSpec);
  const names = volumes.flatMap(({ configMap }) => configMap ?? []);
  const read = await Promise.all(
    names.map((name) => source.get(RESOURCES.configMaps, found.namespace, name)),
  );
  const texts = read.map((one) => (one.ok ? at(one.value, "data", AGENT_CONF) : undefined));
  const index = texts.findIndex((text) => text !== undefined);
  const failed = read.find((one) => !one.ok);
  const where = `of DaemonSet ${qualified(found)}`;
  const config: SpireAgentFact["config"] =
    index >= 0
      ? gathered(AGENT_TEXT.read(texts[index]))
      : failed && !failed.ok
        ? failed
        : missing("not-found", `no ConfigMap ${where} has key ${AGENT_CONF}`);
  const parsed = config.ok && config.value.unreadable === undefined ? config.value : undefined;
  const holding = (file: string | undefined): ReturnType<typeof volumesOf>[0] | undefined =>
    file === undefined
      ? undefined
      : volumes.find(({ directories }) =>
          directories.some((one) => isWithin(directoryOf(file), one)),
        );
  const admin = holding(parsed?.adminSocket);
  return {
    ...withoutPodSpec(found),
    config,
    ...defined({
      configMap: names[index],
      adminVolume:
        admin && (admin.hostPath === undefined ? ("pod" as const) : { path: admin.hostPath }),
      bundleConfigMap: holding(parsed?.trustBundle)?.configMap,
    }),
  };
}

const OFF: ReadonlySet<string> = new Set(["", "0", "f", "false", "no", "off"]);

/** Variables of SPIRE that are not switched off. */
function variables(env: Env): string[] {
  return [...env].flatMap(([name, variable]) => {
    const isOn = variable.kind === "value" && !OFF.has(variable.value.toLowerCase());
    return isOn && isSpireVariable(name) ? [name] : [];
  });
}

function signsOfEnvironment(
  workloads: readonly Pick<WorkloadFact, "kind" | "namespace" | "name" | "env">[],
): string[] {
  return workloads.flatMap(({ kind, env, ...named }) =>
    variables(env).map((name) => `${kind} ${qualified(named)} has ${name}`),
  );
}

/** Gateways and waypoints to which istiod has given the socket of an agent. */
async function signsOfGateways(source: FactSource): Promise<string[]> {
  const pods = await source.listWhereAllowed(RESOURCES.pods, { labelSelector: GATEWAY_NAME });
  const mounting = valueOr(pods, []).filter((pod) =>
    volumesOf(property(pod, "spec")).some(({ csiDriver }) => csiDriver === CSI_DRIVER),
  );
  const names = mounting.flatMap((pod) => {
    const named = nameOf(pod);
    return named ? [named] : [];
  });
  return names
    .toSorted(byName)
    .slice(0, 1)
    .map((named) => `Pod ${qualified(named)} mounts ${CSI_DRIVER}`);
}

/** What istiod was installed with: asked for only where SPIRE is there and nothing else tells. */
async function signsOfValues(source: FactSource): Promise<string[]> {
  const [istiods, namespace] = await Promise.all([
    source.fact("istiods"),
    istioNamespaceOf(source),
  ]);
  const judged = istiods.ok ? istiods.value.judged.map(({ revision }) => revision) : [];
  const names = [...new Set(judged)].map((revision) =>
    revision === DEFAULT_REVISION ? "values" : `values-${revision}`,
  );
  const read = await Promise.all(
    names.map(async (name) => {
      const found = await source.get(RESOURCES.configMaps, namespace, name);
      const values = VALUES_TEXT.read(found.ok ? at(found.value, "data", "merged-values") : "{}");
      const says = `ConfigMap ${namespace}/${name} has gateways.spire.workloads`;
      return values.unreadable === undefined && values.spire ? [says] : [];
    }),
  );
  return read.flat();
}

const MARK = /spire|csi\.spiffe\.io\/admin\/?$/;

/** Directories of nodes that ztunnel mounts and that are SPIRE's by their name. */
function socketsOf(ztunnels: readonly Found[]): string[] {
  const paths = ztunnels.flatMap(({ podSpec }) =>
    volumesOf(podSpec).map(({ hostPath }) => hostPath),
  );
  return [...new Set(paths.filter((path) => path !== undefined && MARK.test(path)))] as string[];
}

async function readSpire(source: FactSource): Promise<Gathered<SpireFact>> {
  const [whole, allowed, ztunnels] = await Promise.all([
    source.list(RESOURCES.daemonSets),
    source.listWhereAllowed(RESOURCES.daemonSets),
    source.fact("ztunnels"),
  ]);
  if (!allowed.ok) return allowed;
  const all = allowed.value.flatMap(daemonSetFact).toSorted(byName);
  const withContainer = (name: string): Found[] =>
    all.filter(({ podSpec }) => containersOf(podSpec).has(name));
  const agents = await Promise.all(
    withContainer(AGENT_CONTAINER).map((found) => agentFact(source, found)),
  );
  const names = new Set(valueOr(ztunnels, []).map(qualified));
  const sockets = socketsOf(all.filter((found) => names.has(qualified(found))));
  const [istiods, gateways] = await Promise.all([source.fact("istiods"), signsOfGateways(source)]);
  const ofZtunnel = [
    ...signsOfEnvironment(valueOr(ztunnels, [])),
    ...sockets.map((path) => `ztunnel mounts ${path} of its nodes`),
  ];
  const ofIstiod = signsOfEnvironment(istiods.ok ? istiods.value.judged : []);
  const told = [...ofZtunnel, ...ofIstiod, ...gateways];
  const signs = told.length === 0 && agents.length > 0 ? await signsOfValues(source) : told;
  return gathered({
    signs,
    byZtunnel: ofZtunnel.length > 0,
    agents,
    drivers: withContainer(DRIVER_CONTAINER).map(withoutPodSpec),
    ztunnelSockets: sockets,
    ...defined({ partly: whole.ok ? undefined : whole.detail }),
  });
}

/**
 * Whether SPIRE is in the cluster and whether the mesh takes identities from it, told from lists that
 * are there anyway: who does not have it is asked for nothing.
 */
export const spire = fact({
  key: "spire",
  access: [
    listed(RESOURCES.daemonSets, { scope: "some" }),
    listed(RESOURCES.pods, { scope: "some", optional: true }),
    got(RESOURCES.configMaps, { scope: "istio", optional: true }),
    got(RESOURCES.configMaps, { scope: "some", sensitive: "spire", optional: true }),
  ],
  keeps: {
    daemonSets: {
      spec: { template: { spec: unionOfMaps(VOLUMES, SCHEDULING) } },
      status: { desiredNumberScheduled: WHOLE, numberReady: WHOLE },
    },
    pods: { spec: VOLUMES },
    configMaps: { data: { [AGENT_CONF]: AGENT_TEXT.keep, "merged-values": VALUES_TEXT.keep } },
  },
  after: ["ztunnels", "istiods"],
  read: readSpire,
});
