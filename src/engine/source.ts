import type { FactKey, Facts } from "../model/facts.ts";
import { missing, type Gathered } from "../model/gathered.ts";
import type {
  ClusterReader,
  Connection,
  DebugTarget,
  ListOptions,
  RawObject,
} from "../model/reader.ts";
import type { Resource } from "../model/resource.ts";
import type { FactReaders, FactSource, GatherSettings } from "../model/source.ts";

/**
 * The facts of one cluster, each made once, over a reader whose every request is made once. Facts
 * start when first asked for, so that independent requests go out at the same time.
 */
export class ClusterSource implements FactSource {
  /** The other clusters of the run. */
  peers: readonly ClusterSource[] = [];
  /** Some request was answered by a Kubernetes API (or a recording), be it with a refusal. */
  answered = false;
  readonly #requests = new Map<string, Promise<unknown>>();
  readonly #facts = new Map<FactKey, Promise<Gathered<unknown>>>();
  readonly reader: ClusterReader;
  readonly settings: GatherSettings;
  readonly #readers: FactReaders;

  constructor(reader: ClusterReader, settings: GatherSettings, readers: FactReaders) {
    this.reader = reader;
    this.settings = settings;
    this.#readers = readers;
  }

  connect(): Promise<Gathered<Connection>> {
    return this.#once("connect", () => this.reader.connect());
  }

  list(resource: Resource, options: ListOptions = {}): Promise<Gathered<RawObject[]>> {
    const { slim: _, ...selection } = options;
    const key = JSON.stringify(["list", resource.group, resource.plural, selection]);
    return this.#once(key, () => this.listAgain(resource, options));
  }

  async listAgain(resource: Resource, options: ListOptions = {}): Promise<Gathered<RawObject[]>> {
    return this.#noting(await this.reader.list(resource, options));
  }

  get(resource: Resource, namespace: string, name: string): Promise<Gathered<RawObject>> {
    const key = JSON.stringify(["get", resource.group, resource.plural, namespace, name]);
    return this.#once(key, async () =>
      this.#noting(await this.reader.get(resource, namespace, name)),
    );
  }

  debug(target: DebugTarget, path: string): Promise<Gathered<unknown>> {
    const key = JSON.stringify(["debug", target.namespace, target.pod, target.port, path]);
    return this.#once(key, () => this.reader.debug(target, path));
  }

  fact<K extends FactKey>(key: K): Promise<Gathered<Facts[K]>> {
    let fact = this.#facts.get(key);
    if (!fact) {
      // A fact that throws is a fault of ours: it costs the checks that need it, not the run.
      fact = this.#readers[key](this).catch((cause: unknown) =>
        missing("unreadable", `${key}: ${cause instanceof Error ? cause.message : String(cause)}`),
      );
      this.#facts.set(key, fact);
    }
    return fact as Promise<Gathered<Facts[K]>>;
  }

  elsewhere<K extends FactKey>(key: K): Promise<Gathered<Facts[K]>[]> {
    return Promise.all(this.peers.map((peer) => peer.fact(key)));
  }

  #once<T>(key: string, request: () => Promise<T>): Promise<T> {
    let answer = this.#requests.get(key);
    if (!answer) {
      answer = request();
      this.#requests.set(key, answer);
    }
    return answer as Promise<T>;
  }

  #noting<T>(answer: Gathered<T>): Gathered<T> {
    if (answer.ok || answer.why === "forbidden" || answer.why === "not-found") this.answered = true;
    return answer;
  }
}
