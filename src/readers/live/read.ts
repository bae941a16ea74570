import { array, at, property, record, string } from "../../lib/json.ts";
import type { ListOptions, RawObject } from "../../model/reader.ts";
import type { Resource } from "../../model/resource.ts";
import type { ApiClient } from "./client.ts";
import { Fault } from "./fault.ts";
import { apiVersionOf, queryOf, resourcePath } from "./paths.ts";
import { objectOf, refusal, type Reply } from "./reply.ts";
import { nextToken } from "./page-token.ts";
import type { Versions } from "./versions.ts";

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
export async function readList(
  client: ApiClient,
  versions: Versions,
  resource: Resource,
  options: ListOptions,
): Promise<RawObject[]> {
  for (let restarts = 0; ; restarts += 1) {
    const objects = await readPages(client, versions, resource, options);
    if (objects) return objects;
    if (restarts === MOST_RESTARTS) {
      throw new Fault("unreadable", `the list expired ${restarts + 1} times before its last page`);
    }
  }
}

/**
 * Nothing when a page had expired (410). Each page is asked for before the one before it is parsed,
 * so that the server is not idle meanwhile.
 */
async function readPages(
  client: ApiClient,
  versions: Versions,
  resource: Resource,
  options: ListOptions,
): Promise<RawObject[] | undefined> {
  const { namespace, labelSelector, fieldSelector, metadataOnly = false } = options;
  const slim = options.slim ?? ((object: RawObject) => object);
  const objects: RawObject[] = [];
  const ask = (token?: string): Promise<{ reply: Reply; version: string }> => {
    const query = queryOf({
      limit: metadataOnly ? METADATA_PAGE : PAGE,
      labelSelector,
      fieldSelector,
      continue: token,
    });
    return versions.send(resource, (version) =>
      client.request({
        method: "GET",
        path: `${resourcePath(resource, version, namespace)}${query}`,
        ...(metadataOnly ? { accept: METADATA_ONLY } : {}),
      }),
    );
  };
  let token: string | undefined;
  let page = ask();
  for (;;) {
    const { reply, version } = await page;
    if (reply.status === 410 && token !== undefined) return undefined;
    const foreseen = nextToken(reply);
    const ahead = foreseen === undefined || foreseen === token ? undefined : ask(foreseen);
    // It may not be waited for.
    ahead?.catch(() => undefined);
    const list = listOf(reply, resource, metadataOnly);
    const type = { apiVersion: apiVersionOf(resource, version), kind: resource.kind };
    for (const item of itemsOf(list)) {
      const object = metadataOnly ? { metadata: property(item, "metadata") } : item;
      objects.push(slim({ ...object, ...type }));
    }
    const next = string(at(list, "metadata", "continue"));
    if (next === undefined) return objects;
    if (next === token) throw new Fault("unreadable", "the list comes back to the same page");
    page = ahead && next === foreseen ? ahead : ask(next);
    token = next;
  }
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
  client: ApiClient,
  versions: Versions,
  resource: Resource,
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
