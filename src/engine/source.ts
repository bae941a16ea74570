import { slimAnswer, slimFor } from "../facts/slim.ts";
import type { FactKey, Facts } from "../model/facts.ts";
import type { NarrowedList } from "../model/cluster.ts";
import {
  mapGathered,
  missing,
  type Cause,
  type Gathered,
  type Missing,
} from "../model/gathered.ts";
import type {
  ClusterReader,
  Connection,
  DebugTarget,
  ListOptions,
  RawObject,
} from "../model/reader.ts";
import type { Resource } from "../model/resource.ts";
import type { FactReaders, FactSource, GatherSettings } from "../model/source.ts";
import { joinParts, namespacesThatMatter, type WholeList } from "./narrow.ts";

const UNANSWERED: ReadonlySet<Cause> = new Set<Cause>(["timeout", "unreachable", "unreadable"]);

/**
 * The facts of one cluster, each made once, over a reader whose every request is made once. Facts
 * start when first asked for, so that independent requests go out at the same time.
 */
export class ClusterSource implements FactSource {
  /** The other clusters of the run. */
  peers: readonly ClusterSource[] = [];
  /** Some request was answered by a Kubernetes API (or a recording) with what it stores. */
  answered = false;
  /** Some request was refused, for which a Kubernetes API needs nothing that it stores. */
  refused = false;
  /** Why a request was not answered by anybody. */
  unanswered: Missing | undefined;
  readonly #requests = new Map<string, Promise<unknown>>();
  readonly #facts = new Map<FactKey, Promise<Gathered<unknown>>>();
  /** Lists of the whole cluster so far. */
  readonly #whole: Promise<WholeList>[] = [];
  /** By group and resource: the namespaces that were read in place of all. */
  readonly #narrowed = new Map<string, NarrowedList>();
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
    return this.#once(key, () => {
      const answer = this.listAgain(resource, options);
      if (options.namespace === undefined) {
        this.#whole.push(answer.then((settled) => ({ resource, options, answer: settled })));
      }
      return answer;
    });
  }

  async listWhereAllowed(
    resource: Resource,
    options: ListOptions = {},
  ): Promise<Gathered<RawObject[]>> {
    const whole = await this.list(resource, options);
    if (whole.ok) return this.#asFarAsRecorded(resource, whole);
    if (whole.why !== "forbidden") return whole;
    const parts = (await this.#namespaces()).map(async (namespace) => ({
      namespace,
      answer: await this.#listIn(resource, namespace, options),
    }));
    const { list, namespaces } = joinParts(whole, await Promise.all(parts));
    if (list.ok) this.#noteNarrowed(resource, namespaces, whole);
    return list;
  }

  /** What is not in a list may be in a namespace that the recording lacks. */
  #asFarAsRecorded(
    resource: Resource,
    list: Extract<Gathered<RawObject[]>, { ok: true }>,
  ): Gathered<RawObject[]> {
    const lacks = this.reader.unrecorded?.(resource);
    if (!lacks) return list;
    const { namespaces, why, isBlank } = lacks;
    if (list.value.length === 0) return { ...why, emptyIn: namespaces };
    this.#noteNarrowed(resource, namespaces, why, isBlank);
    return list;
  }

  /** Lists of which facts know some namespaces only, in an order that no timing changes. */
  get narrowed(): NarrowedList[] {
    return [...this.#narrowed]
      .toSorted(([one], [other]) => Number(one > other) - Number(one < other))
      .map(([, list]) => list);
  }

  async listAgain(resource: Resource, options: ListOptions = {}): Promise<Gathered<RawObject[]>> {
    const slim = options.slim ?? slimFor(resource);
    return this.#noting(await this.reader.list(resource, { ...options, slim }));
  }

  get(resource: Resource, namespace: string, name: string): Promise<Gathered<RawObject>> {
    const key = JSON.stringify(["get", resource.group, resource.plural, namespace, name]);
    return this.#once(key, async () =>
      mapGathered(
        this.#noting(await this.reader.get(resource, namespace, name)),
        slimFor(resource),
      ),
    );
  }

  expectDebug(): void {
    this.reader.expectDebug?.();
  }

  debug(target: DebugTarget, path: string): Promise<Gathered<unknown>> {
    const key = JSON.stringify(["debug", target.namespace, target.pod, target.port, path]);
    return this.#once(key, () => this.debugAgain(target, path));
  }

  async debugAgain(target: DebugTarget, path: string): Promise<Gathered<unknown>> {
    return mapGathered(
      await this.reader.debug(target, path),
      (answer) => slimAnswer(path)?.(answer) ?? answer,
    );
  }

  fact<K extends FactKey>(key: K): Promise<Gathered<Facts[K]>> {
    let fact = this.#facts.get(key);
    if (!fact) {
      // A fact that throws is a fault of ours: it costs the checks that need it, not the run.
      fact = this.#readers[key]
        .read(this)
        .catch((cause: unknown) =>
          missing(
            "unreadable",
            `${key}: ${cause instanceof Error ? cause.message : String(cause)}`,
          ),
        );
      this.#facts.set(key, fact);
    }
    return fact as Promise<Gathered<Facts[K]>>;
  }

  async elsewhere<K extends FactKey>(key: K): Promise<Gathered<Facts[K]>[]> {
    const answers = await Promise.all(this.peers.map((peer) => peer.fact(key)));
    // A cluster that was waited for in vain must not cost this one its own time.
    if (answers.some((answer) => !answer.ok)) this.reader.renew?.();
    return answers;
  }

  /** Facts ask for their lists at once, so whatever they will learn from is under way by now. */
  #namespaces(): Promise<string[]> {
    return this.#once("namespaces that matter", async () =>
      namespacesThatMatter(this.settings, await Promise.all(this.#whole)),
    );
  }

  /** What one namespace has; of namespaces themselves the one of that name, if it may be read. */
  async #listIn(
    resource: Resource,
    namespace: string,
    options: ListOptions,
  ): Promise<Gathered<RawObject[]>> {
    if (resource.namespaced) return this.list(resource, { ...options, namespace });
    return mapGathered(await this.get(resource, "", namespace), (object) => [
      options.slim?.(object) ?? object,
    ]);
  }

  #noteNarrowed(
    { group, plural }: Resource,
    namespaces: readonly string[],
    refused: Missing,
    isBlank = false,
  ): void {
    const key = `${group}/${plural}`;
    const before = this.#narrowed.get(key)?.namespaces ?? namespaces;
    this.#narrowed.set(key, {
      group,
      resource: plural,
      namespaces: before.filter((namespace) => namespaces.includes(namespace)),
      refused,
      ...(isBlank ? { isBlank } : {}),
    });
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
    // Anything may answer 404, a web server at a wrong address too.
    if (answer.ok) this.answered = true;
    else if (answer.why === "forbidden") this.refused = true;
    else if (UNANSWERED.has(answer.why)) this.unanswered ??= answer;
    return answer;
  }
}
