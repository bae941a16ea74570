import { at, property, string } from "../../lib/json.ts";
import { oneLine } from "../../lib/sanitize.ts";
import { UsageError } from "../../model/errors.ts";
import type { RawObject } from "../../model/reader.ts";
import type { ObjectSink } from "./objects.ts";

/** Where an object was found, and what tells it from another one of its name. */
interface Seen {
  path: string;
  uid?: string;
  /** Only of objects without a uid. */
  text?: string;
}

/**
 * Sees to it that the files of one cluster are those of one: an object that is there twice, and is not
 * the same, is of two clusters or of two times. To take one of them would be to judge a cluster that
 * does not exist.
 */
export class OneCluster {
  readonly #origin: string;
  readonly #sink: ObjectSink;
  readonly #seen = new Map<string, Seen>();
  /** By type and namespace: the files that list them, and whether an earlier file has some of them. */
  readonly #lists = new Map<string, Map<string, boolean>>();

  constructor(origin: string, sink: ObjectSink) {
    this.#origin = origin;
    this.#sink = sink;
  }

  /** Takes the objects of one file; throws a UsageError for one that contradicts another file. */
  of(path: string): ObjectSink {
    return {
      add: (object, inList) => {
        this.#compare(object, path, inList);
        this.#sink.add(object, inList);
      },
      wants: (apiVersion, kind) => this.#sink.wants(apiVersion, kind),
      listed: (apiVersion, kind) => this.#sink.listed(apiVersion, kind, path),
    };
  }

  /**
   * Two lists of one type and namespace, in directories that have nothing to do with each other, and
   * nothing that stands in both: each is of another cluster. Throws a UsageError for them.
   */
  check(): void {
    for (const [type, lists] of this.#lists) {
      const paths = [...lists.keys()];
      const apart = paths.find((path, index) => {
        const earlier = paths.slice(0, index);
        return index > 0 && !lists.get(path) && !earlier.some((one) => isBeside(one, path));
      });
      if (apart === undefined) continue;
      throw new UsageError(
        oneLine(
          `${this.#origin} has one list of ${type} in ${paths[0]} and another one in ${apart}, which have nothing in common: if these are recordings of several clusters, give each with a --directory of its own; if not, put them into one directory`,
        ),
      );
    }
  }

  #noteList(type: string, path: string, shares: boolean): void {
    const lists = this.#lists.get(type) ?? new Map<string, boolean>();
    this.#lists.set(type, lists);
    lists.set(path, shares || (lists.get(path) ?? false));
  }

  #compare(object: RawObject, path: string, inList: boolean): void {
    const kind = string(property(object, "kind")) ?? "";
    const apiVersion = string(property(object, "apiVersion")) ?? "";
    const name = string(at(object, "metadata", "name"));
    if (name === undefined || !this.#sink.wants(apiVersion, kind)) return;
    const namespace = string(at(object, "metadata", "namespace"));
    const shown = `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
    const uid = string(at(object, "metadata", "uid"));
    const seen: Seen = {
      path,
      ...(uid === undefined ? { text: JSON.stringify(object) } : { uid }),
    };
    const before = this.#seen.get(shown);
    if (before && contradicts(before, seen)) {
      throw new UsageError(
        oneLine(
          `${this.#origin} has ${shown} in ${before.path} and another one in ${path}: these are recordings of several clusters, or of several times; give each with a --directory of its own`,
        ),
      );
    }
    if (!before) this.#seen.set(shown, seen);
    if (inList) {
      const type = namespace === undefined ? `${kind}s` : `${kind}s of namespace ${namespace}`;
      this.#noteList(type, path, before !== undefined && before.path !== path);
    }
  }
}

/** Manifests have no uid: a later file of the same directory may well change an earlier one. */
function contradicts(one: Seen, other: Seen): boolean {
  if (one.uid !== undefined && other.uid !== undefined) return one.uid !== other.uid;
  if (one.text === undefined || other.text === undefined) return false;
  return one.text !== other.text && !isBeside(one.path, other.path);
}

/** Whether one of the files is in the directory of the other, or below it. */
function isBeside(one: string, other: string): boolean {
  const [first, second] = [one, other].map((path) => path.slice(0, path.lastIndexOf("/") + 1));
  return first === undefined || second === undefined
    ? false
    : first.startsWith(second) || second.startsWith(first);
}
