import { defined } from "../lib/defined.ts";
import { oneLine } from "../lib/sanitize.ts";
import { missing, type Gathered } from "../model/gathered.ts";
import { absenceIn, type Builder, type Built, type Named } from "./directory/builder.ts";
import { parseAnswer } from "./directory/answer.ts";
import { readObjects } from "./directory/objects.ts";
import { ANY_PORT, debugKey, RecordingReader } from "./directory/reader.ts";
import { ObjectStore } from "./directory/store.ts";
import { textOf } from "./directory/text.ts";
import { slimAnswer } from "../facts/slim.ts";

const OBJECTS = /^cluster\/(k8s-resources|k8s-cluster-resources|crs)$/;
/** Objects with --full-secrets; else a table of their names. */
const SECRETS = "cluster/secrets";
const CONTEXT = "cluster/cluster-context";
/** Answers of istiod; those of ztunnel are written beside the logs of proxies, or of istiod. */
const ISTIOD = /^istio\/([^/]+)\/([^/]+)\/(debug\/[^/]+)$/;
const ZTUNNEL =
  /^(?:istio|proxies|ztunnel)\/([^/]+)\/([^/]+)\/(?:debug\/)?(config_dump)(?:\.json)?$/;

interface DebugFile {
  namespace: string;
  pod: string;
  path: string;
}

function debugFileOf(path: string): DebugFile | undefined {
  const [, namespace, pod, answer] = ISTIOD.exec(path) ?? ZTUNNEL.exec(path) ?? [];
  if (namespace === undefined || pod === undefined || answer === undefined) return undefined;
  return { namespace, pod, path: answer };
}

/**
 * What `istioctl bug-report` collects of one cluster (Istio 1.24 to 1.31): the lists of objects under
 * `cluster/`, the debug answers of istiod and ztunnel. It has Secrets only with --full-secrets; a file
 * whose collection failed is not there, and what it would have held counts as not recorded. Its clock is now.
 */
export class BugReportBuilder implements Builder {
  readonly #named: Named;
  readonly #objects = new ObjectStore();
  readonly #debug = new Map<string, Gathered<unknown>>();
  #context: string | undefined;
  #hasCustomResources = false;

  constructor(named: Named) {
    this.#named = named;
  }

  wants(path: string): boolean {
    if (path === CONTEXT || path === SECRETS || OBJECTS.test(path)) return true;
    const debug = debugFileOf(path);
    // The rest is large and nothing reads it.
    return debug !== undefined && slimAnswer(debug.path) !== undefined;
  }

  async take(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const shown = `${this.#named.origin}/${path}`;
    const debug = debugFileOf(path);
    if (debug) {
      const answer = answerOf(await textOf(chunks, shown), shown, debug.path);
      this.#debug.set(debugKey({ ...debug, port: ANY_PORT }), answer);
    } else if (path === CONTEXT) {
      // The context's name stands in the first line, the server's address in the next.
      const [first = ""] = (await textOf(chunks, shown)).trim().split(/\r?\n/);
      this.#context = oneLine(first) || undefined;
    } else if (path === SECRETS) {
      await readObjects(shown, "yaml", onlyYaml(chunks), this.#objects);
    } else {
      if (path.endsWith("/crs")) this.#hasCustomResources = true;
      await readObjects(shown, "yaml", chunks, this.#objects);
    }
  }

  finish(): Built {
    const now = Date.now();
    const reader = new RecordingReader({
      context: this.#context ?? this.#named.context,
      origin: this.#named.origin,
      now,
      ...defined({ recordedAfter: this.#objects.newestUntil(now) }),
      objects: this.#objects,
      debug: this.#debug,
      // All its lists are of all namespaces.
      mayBePartial: false,
      isVouchedFor: false,
      snapshot: { connection: {}, unread: [] },
      absence: (resource) => absenceIn(this.#objects, resource, this.#hasCustomResources),
    });
    return { reader };
  }
}

/** All of a file that begins as kubectl's YAML does; of any other nothing, once it is read. */
async function* onlyYaml(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let isYaml: boolean | undefined;
  for await (const chunk of chunks) {
    isYaml ??= /^(?:---\s+)?(?:apiVersion|kind|items|metadata):/.test(
      Buffer.from(chunk).toString(),
    );
    if (isYaml) yield chunk;
  }
}

/** A debug answer; where istiod did not have it, the file may say so instead. */
function answerOf(text: string, shown: string, path: string): Gathered<unknown> {
  if (/^\s*404\b/.test(text)) return missing("not-found", `/${path}: 404 page not found`);
  return parseAnswer(text, path, shown);
}
