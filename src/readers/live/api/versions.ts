import { array, property, string } from "../../../lib/json.ts";
import type { Resource } from "../../../model/resource.ts";
import type { ApiClient } from "./client.ts";
import { Fault, isNotServed, objectOf, type Reply } from "../connection/index.ts";

/** Something to read or write: of which type, and through whom. */
export interface Target {
  client: ApiClient;
  versions: Versions;
  resource: Resource;
}

/** Finds the version in which a cluster serves a resource, and remembers it. */
export class Versions {
  readonly #client: ApiClient;
  /** Versions that discovery names, by group; nothing when it could not be asked. */
  #groups = new Map<string, Promise<readonly string[] | undefined>>();
  /** By group and plural. */
  readonly #served = new Map<string, string>();

  constructor(client: ApiClient) {
    this.#client = client;
  }

  /**
   * Sends with the version that is served: the preferred one first, without asking; discovery is
   * asked once a group, when that one is not.
   *
   * @throws Fault `not-found` when the resource is not served in any version that mc knows
   */
  async send(
    resource: Resource,
    request: (version: string) => Promise<Reply>,
  ): Promise<{ reply: Reply; version: string }> {
    const first = this.known(resource);
    const reply = await request(first);
    if (!isNotServed(reply)) return { reply, version: first };
    for (const version of await this.#others(resource, first)) {
      const other = await request(version);
      if (isNotServed(other)) continue;
      this.#served.set(keyOf(resource), version);
      return { reply: other, version };
    }
    const name = resource.group ? `${resource.plural}.${resource.group}` : resource.plural;
    throw new Fault("not-found", `${name} is not served by the cluster`);
  }

  /** The version that was last found to be served, else the preferred one. */
  known(resource: Resource): string {
    return this.#served.get(keyOf(resource)) ?? resource.versions[0];
  }

  /** Asks anew: CRDs may have been installed meanwhile. */
  renew(): void {
    this.#groups = new Map();
  }

  async #others({ group, versions }: Resource, tried: string): Promise<string[]> {
    const rest = versions.filter((version) => version !== tried);
    if (rest.length === 0) return [];
    const served = await this.#discovered(group);
    return served ? rest.filter((version) => served.includes(version)) : rest;
  }

  #discovered(group: string): Promise<readonly string[] | undefined> {
    let versions = this.#groups.get(group);
    if (!versions) {
      versions = this.#discover(group);
      this.#groups.set(group, versions);
    }
    return versions;
  }

  async #discover(group: string): Promise<readonly string[] | undefined> {
    const reply = await this.#client.request({ method: "GET", path: `/apis/${group}` });
    if (reply.status === 404) return [];
    if (reply.status !== 200) return undefined;
    return array(property(objectOf(reply), "versions")).flatMap(
      (item) => string(property(item, "version")) ?? [],
    );
  }
}

function keyOf({ group, plural }: Resource): string {
  return `${group}/${plural}`;
}
