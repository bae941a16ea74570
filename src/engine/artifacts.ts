import { LEADING } from "../facts/order.ts";
import type {
  AnyArtifact,
  ArtifactKey,
  Artifacts,
  Asked,
  EarlyCluster,
  PreparedArtifact,
} from "../model/artifact.ts";
import type { AnyCheck } from "../model/check.ts";
import type { GatheredCluster } from "../model/cluster.ts";
import type { FactKey } from "../model/facts.ts";
import { ARTIFACTS } from "./artifacts/index.ts";
import type { ClusterSource } from "./source.ts";

/** The artifacts that some of the checks ask for. */
export function artifactsOf(checks: readonly AnyCheck[]): AnyArtifact[] {
  const asked = new Set(checks.flatMap((check) => check.artifacts ?? []));
  return ARTIFACTS.filter(({ key }) => asked.has(key));
}

/** What came of an artifact: its value, or what was thrown on the way to it. */
type Made = { ok: true; value: unknown } | { ok: false; cause: unknown };

/** The artifacts of one run, each computed once. */
export class RunArtifacts {
  readonly #prepared: readonly PreparedArtifact[];
  readonly #derived: readonly Exclude<AnyArtifact, PreparedArtifact>[];
  readonly #made = new Map<ArtifactKey, Made>();
  #early?: Promise<void>;
  #clusters: readonly GatheredCluster[] = [];

  constructor(artifacts: readonly AnyArtifact[]) {
    this.#prepared = artifacts.filter((one) => "prepare" in one);
    this.#derived = artifacts.filter((one) => "derive" in one);
  }

  /**
   * Begins the asynchronous ones while the last answers are on their way: once the facts that they
   * use are read, but not before the last requests have left.
   */
  begin(sources: readonly ClusterSource[], facts: ReadonlySet<FactKey>): void {
    this.#early = this.#prepareEarly(sources, facts);
    // It is waited for later, and rejects there.
    this.#early.catch(() => undefined);
  }

  async #prepareEarly(
    sources: readonly ClusterSource[],
    facts: ReadonlySet<FactKey>,
  ): Promise<void> {
    await Promise.all(
      this.#prepared.map(async (artifact) => {
        const clusters = await Promise.all(
          sources.map((source) => earlyCluster(source, artifact.uses)),
        );
        const leading = [...LEADING.intersection(facts)];
        await Promise.all(sources.flatMap((source) => leading.map((key) => source.fact(key))));
        await new Promise((resolve) => setImmediate(resolve));
        await this.#prepare(artifact, clusters);
      }),
    );
  }

  async #prepare(artifact: PreparedArtifact, clusters: readonly EarlyCluster[]): Promise<void> {
    const { key } = artifact;
    try {
      this.#made.set(key, { ok: true, value: await artifact.prepare(clusters) });
    } catch (cause) {
      this.#made.set(key, { ok: false, cause });
    }
  }

  /**
   * Waits for the asynchronous ones.
   *
   * @param clusters all of the run
   * @param distinct those that are no second context of another one
   */
  async finish(
    clusters: readonly GatheredCluster[],
    distinct: readonly GatheredCluster[],
  ): Promise<void> {
    this.#clusters = distinct;
    await (this.#early ?? Promise.all(this.#prepared.map((one) => this.#prepare(one, clusters))));
  }

  /**
   * The same of clusters of which more is known now, in nothing that the asynchronous ones use: these
   * are not computed again.
   */
  of(clusters: readonly GatheredCluster[]): RunArtifacts {
    const others = new RunArtifacts([...this.#prepared, ...this.#derived]);
    const kept = new Set(this.#prepared.map(({ key }) => key));
    for (const [key, made] of this.#made) if (kept.has(key)) others.#made.set(key, made);
    others.#clusters = clusters;
    return others;
  }

  /** What a check asks for. A property throws, on each access, what its computation threw. */
  for(keys: readonly ArtifactKey[]): Asked<ArtifactKey> {
    const asked = {};
    for (const key of keys) {
      Object.defineProperty(asked, key, { enumerable: true, get: () => this.#get(key) });
    }
    return asked as Asked<ArtifactKey>;
  }

  #get<K extends ArtifactKey>(key: K): Artifacts[K] {
    const made = this.#made.get(key) ?? this.#derive(key);
    if (!made.ok) throw made.cause;
    return made.value as Artifacts[K];
  }

  #derive(key: ArtifactKey): Made {
    const made = attempt(() => {
      const artifact = this.#derived.find((one) => one.key === key);
      if (!artifact) throw new Error(`artifact ${key} was not computed`);
      return artifact.derive(this.#clusters);
    });
    this.#made.set(key, made);
    return made;
  }
}

function attempt(compute: () => unknown): Made {
  try {
    return { ok: true, value: compute() };
  } catch (cause) {
    return { ok: false, cause };
  }
}

async function earlyCluster(
  source: ClusterSource,
  keys: readonly FactKey[],
): Promise<EarlyCluster> {
  const { reader } = source;
  const facts = await Promise.all(keys.map(async (key) => [key, await source.fact(key)] as const));
  return {
    ref: { context: reader.context, now: reader.now() },
    facts: Object.fromEntries(facts),
  };
}
