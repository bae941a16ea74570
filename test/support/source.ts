import { oneLine } from "../../src/lib/sanitize.ts";
import { ClusterSource } from "../../src/engine/source.ts";
import { FACTS } from "../../src/facts/index.ts";
import { at, string } from "../../src/lib/json.ts";
import { selects } from "../../src/lib/selector.ts";
import type { FactKey, Facts } from "../../src/model/facts.ts";
import { gathered, missing, type Gathered, type Missing } from "../../src/model/gathered.ts";
import type {
  ClusterReader,
  Connection,
  DebugTarget,
  ListOptions,
  RawObject,
} from "../../src/model/reader.ts";
import { RESOURCES, type Resource } from "../../src/model/resource.ts";
import { ISTIO_GATEWAY_RESOURCE } from "../../src/mesh/names.ts";
import type { GatherSettings } from "../../src/model/source.ts";
import { NOW } from "./facts.ts";

export interface MemoryContents {
  /** Objects in the form of the API, with kind and metadata; any JSON may be among them. */
  objects?: readonly RawObject[];
  /** Bodies by `namespace/pod:port/path`, such as `istio-system/istiod-1:15014/debug/license`. */
  debug?: Readonly<Record<string, unknown>>;
  /** Refuses a request by its line, such as `list pods` or `get istio-system/secrets/cacerts`. */
  refuse?: (request: string) => Missing | undefined;
}

/**
 * A cluster in memory, for tests: the third kind of reader. It notes each request in a line, and
 * what it holds may change between two of them.
 */
export class MemoryReader implements ClusterReader {
  readonly kind = "recording";
  readonly context: string;
  readonly requests: string[] = [];
  objects: readonly RawObject[];
  readonly #debug: ReadonlyMap<string, unknown>;
  readonly #refuse: (request: string) => Missing | undefined;

  constructor(contents: MemoryContents = {}, context = "memory") {
    this.context = context;
    this.objects = contents.objects ?? [];
    this.#debug = new Map(Object.entries(contents.debug ?? {}));
    this.#refuse = contents.refuse ?? ((): undefined => undefined);
  }

  now(): number {
    return NOW;
  }

  connect(): Promise<Gathered<Connection>> {
    return this.#answer("connect", () => gathered({ serverVersion: "v1.36.0", user: "admin" }));
  }

  list(resource: Resource, options: ListOptions = {}): Promise<Gathered<RawObject[]>> {
    const { namespace, labelSelector, fieldSelector, metadataOnly, slim } = options;
    const parts = [namespace && `in ${namespace}`, labelSelector, fieldSelector];
    const line = ["list", calledOf(resource), ...parts, metadataOnly && "(metadata)"];
    return this.#answer(line.filter(Boolean).join(" "), () => {
      const selected = this.objects
        .filter((object) => isOf(resource, object))
        .filter(selects(options));
      return gathered(
        selected
          .map((object) => (metadataOnly ? { metadata: object["metadata"] } : object))
          .map((object) => slim?.(object) ?? object),
      );
    });
  }

  get(resource: Resource, namespace: string, name: string): Promise<Gathered<RawObject>> {
    return this.#answer(`get ${namespace}/${resource.plural}/${name}`, () => {
      const found = this.objects.find(
        (object) =>
          isOf(resource, object) &&
          string(at(object, "metadata", "name")) === name &&
          (string(at(object, "metadata", "namespace")) ?? "") === namespace,
      );
      return found
        ? gathered(found)
        : missing("not-found", `${resource.plural} "${oneLine(name)}" not found`);
    });
  }

  debug({ namespace, pod, port }: DebugTarget, path: string): Promise<Gathered<unknown>> {
    const line = `${namespace}/${pod}:${port}${path}`;
    return this.#answer(`debug ${line}`, () =>
      this.#debug.has(line)
        ? gathered(this.#debug.get(line))
        : missing("not-found", `${path}: not found`),
    );
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #answer<T>(request: string, answer: () => Gathered<T>): Promise<Gathered<T>> {
    this.requests.push(request);
    return Promise.resolve(this.#refuse(request) ?? answer());
  }
}

/** Its plural, with the group where another is called alike. */
function calledOf(resource: Resource): string {
  return resource === RESOURCES.istioGateways ? ISTIO_GATEWAY_RESOURCE : resource.plural;
}

const KINDS = Object.values(RESOURCES).map(({ kind }) => kind);
const SHARED_KINDS = new Set(KINDS.filter((kind, index) => KINDS.indexOf(kind) !== index));

/** Whether it is of the type: of its group too, where kinds of two groups are called alike. */
function isOf(resource: Resource, object: RawObject): boolean {
  if (object["kind"] !== resource.kind) return false;
  const group = string(object["apiVersion"])?.replace(/(^|\/)[^/]*$/, "");
  return group === undefined || group === resource.group || !SHARED_KINDS.has(resource.kind);
}

export interface MemorySource {
  source: ClusterSource;
  reader: MemoryReader;
}

/** The facts of one cluster in memory, as the engine makes them. */
export function memorySource(
  contents: MemoryContents = {},
  settings: GatherSettings = {},
): MemorySource {
  const reader = new MemoryReader(contents);
  return { reader, source: new ClusterSource(reader, settings, FACTS) };
}

/** One fact of a cluster in memory. */
export function factOf<K extends FactKey>(
  key: K,
  contents: MemoryContents,
  settings: GatherSettings = {},
): Promise<Gathered<Facts[K]>> {
  return memorySource(contents, settings).source.fact(key);
}

/** The value of a fact that must be readable. */
export async function valueOf<K extends FactKey>(
  key: K,
  contents: MemoryContents,
  settings: GatherSettings = {},
): Promise<Facts[K]> {
  const fact = await factOf(key, contents, settings);
  if (!fact.ok) throw new Error(`${key}: ${fact.detail}`);
  return fact.value;
}

/** A refusal by RBAC of the requests that begin so. */
export function forbid(...beginnings: string[]): (request: string) => Missing | undefined {
  return (request) =>
    beginnings.some((beginning) => request.startsWith(beginning))
      ? missing("forbidden", `${request} is forbidden`)
      : undefined;
}
