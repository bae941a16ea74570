import { array, at, property, record, string } from "../../../lib/json.ts";
import type { ListOptions, RawObject } from "../../../model/reader.ts";
import type { Resource } from "../../../model/resource.ts";
import { Fault, objectOf, refusal, type Reply } from "../connection/index.ts";
import { apiVersionOf, queryOf, resourcePath } from "./paths.ts";
import { nextToken, tokenAtStart } from "./page-token.ts";
import type { Target } from "./versions.ts";

const PAGE = "500";
/** Metadata is small, and each page is a round trip. */
const METADATA_PAGE = "2000";
const METADATA_ONLY =
  "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
/** A list whose pages expire time and again is given up. */
const MOST_RESTARTS = 3;

/**
 * All objects of a list, page by page; from the beginning again when a page has expired meanwhile.
 *
 * @throws Fault
 */
export async function readList(target: Target, options: ListOptions): Promise<RawObject[]> {
  for (let restarts = 0; ; restarts += 1) {
    const objects = await readPages(target, options);
    if (objects) return objects;
    if (restarts === MOST_RESTARTS) {
      throw new Fault("unreadable", `the list expired ${restarts + 1} times before its last page`);
    }
  }
}

/** A page that was asked for. */
interface Page {
  answer: Promise<{ reply: Reply; version: string }>;
  /** What seems to be the token of the next one, as soon as that can be told. */
  foreseen: Promise<string | undefined>;
}

/**
 * Nothing when a page had expired (410). Each page is asked for while the one before it arrives, so
 * that the server is not idle meanwhile; not earlier, as pages must not pile up.
 */
async function readPages(target: Target, options: ListOptions): Promise<RawObject[] | undefined> {
  const { resource } = target;
  const { metadataOnly = false, slim = (object: RawObject) => object } = options;
  const objects: RawObject[] = [];
  let token: string | undefined;
  let page = askPage(target, options);
  for (;;) {
    const foreseen = await page.foreseen;
    const ahead =
      foreseen === undefined || foreseen === token ? undefined : askPage(target, options, foreseen);
    // It may not be waited for.
    ahead?.answer.catch(() => undefined);
    const { reply, version } = await page.answer;
    if (reply.status === 410 && token !== undefined) return undefined;
    const list = listOf(reply, resource, metadataOnly);
    const apiVersion = apiVersionOf(resource, version);
    const { kind } = resource;
    for (const item of itemsOf(list)) {
      const whole = metadataOnly ? { metadata: property(item, "metadata") } : item;
      objects.push(slim({ ...whole, apiVersion, kind }));
    }
    const next = string(at(list, "metadata", "continue"));
    if (next === undefined) return objects;
    if (next === token) throw new Fault("unreadable", "the list comes back to the same page");
    page = ahead && next === foreseen ? ahead : askPage(target, options, next);
    token = next;
  }
}

function askPage(
  { client, versions, resource }: Target,
  options: ListOptions,
  token?: string,
): Page {
  const { namespace, labelSelector, fieldSelector, metadataOnly = false } = options;
  const query = queryOf({
    limit: metadataOnly ? METADATA_PAGE : PAGE,
    labelSelector,
    fieldSelector,
    continue: token,
  });
  const { promise: foreseen, resolve: foresee } = Promise.withResolvers<string | undefined>();
  const answer = versions.send(resource, (version) =>
    client.request({
      method: "GET",
      path: `${resourcePath(resource, version, namespace)}${query}`,
      ...(metadataOnly ? { accept: METADATA_ONLY } : {}),
      onStart: (start) => {
        const next = tokenAtStart(start);
        if (next !== undefined) foresee(next);
      },
    }),
  );
  answer.then(
    ({ reply }) => foresee(nextToken(reply)),
    () => foresee(undefined),
  );
  return { answer, foreseen };
}

function listOf(reply: Reply, resource: Resource, metadataOnly: boolean): RawObject {
  if (reply.status !== 200) throw refusal(reply);
  const list = objectOf(reply);
  const kind = string(property(list, "kind")) ?? "nothing";
  if (kind === `${resource.kind}List`) return list;
  if (metadataOnly && kind === "PartialObjectMetadataList") return list;
  throw wrongKind(kind, `${resource.kind}List`);
}

function wrongKind(kind: string, expected: string): Fault {
  return new Fault("unreadable", `the answer is a ${kind.slice(0, 100)}, not a ${expected}`);
}

function itemsOf(list: RawObject): RawObject[] {
  const items = property(list, "items");
  // Go writes an empty list as null when nobody made one.
  if (items === null) return [];
  if (!Array.isArray(items)) throw new Fault("unreadable", "the list has no items");
  return array(items).filter((item): item is RawObject => record(item) === item);
}

/** @throws Fault `not-found` when there is no such object */
export async function readObject(
  { client, versions, resource }: Target,
  namespace: string,
  name: string,
): Promise<RawObject> {
  const { reply } = await versions.send(resource, (version) =>
    client.request({ method: "GET", path: resourcePath(resource, version, namespace, name) }),
  );
  if (reply.status !== 200) throw refusal(reply);
  const object = objectOf(reply);
  const kind = string(property(object, "kind")) ?? "nothing";
  if (kind !== resource.kind) throw wrongKind(kind, resource.kind);
  return object;
}
