import { defined } from "../lib/defined.ts";
import { at, string } from "../lib/json.ts";
import {
  BUNDLE_PEM,
  UPSTREAM_FILES,
  BUNDLE_SPIFFE,
  directoryOf,
  fileOf,
  MANAGER_CONF,
  SERVER_CONF,
} from "../mesh/spire/names.ts";
import { gathered, missing, type Gathered } from "../model/gathered.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";
import type { FactSource } from "../model/source.ts";
import type {
  SpireAuthorityPlugin,
  SpireBundleFact,
  SpireFact,
  SpireServerFact,
  SpireServerPodFact,
  SpireUpstreamFact,
} from "../model/spire.ts";
import { fact, got, listed } from "./fact.ts";
import { ENCODED_PEM, PLAIN_PEM } from "./intermediate.ts";
import { dictionary } from "./keep.ts";
import { PEM } from "./keep-objects.ts";
import { byName } from "./objects.ts";
import { fromBase64, isRedacted, publicText } from "./pem.ts";
import { readSpiffeBundle, SPIFFE_BUNDLE } from "./spire-bundle.ts";
import { MANAGER_TEXT, SERVER_TEXT } from "./spire-text.ts";

const CERTIFICATES = (keep: typeof PEM): ReturnType<typeof dictionary> =>
  dictionary(Object.fromEntries(UPSTREAM_FILES.map((key) => [key, keep])));

/** PEM text of a key; nothing where the Secret does not have it, or mc does not read it. */
function textOf(object: RawObject, file: string | undefined): string | undefined {
  const key = UPSTREAM_FILES.find((one) => file !== undefined && one === fileOf(file));
  if (key === undefined) return undefined;
  const plain = at(object, "stringData", key);
  if (plain !== undefined) return publicText(string(plain) ?? "");
  const encoded = at(object, "data", key);
  return encoded === undefined ? undefined : publicText(fromBase64(string(encoded) ?? ""));
}

/** Of plugin `disk` the Secret that its files are in. */
async function upstreamOf(
  source: FactSource,
  pods: readonly SpireServerPodFact[],
  { certificateFile, bundleFile }: SpireAuthorityPlugin,
): Promise<Gathered<SpireUpstreamFact> | undefined> {
  if (certificateFile === undefined) return undefined;
  const [pod] = pods;
  const directory = directoryOf(certificateFile);
  const mounted = pods.flatMap(({ secrets }) => secrets).find((one) => one.directory === directory);
  if (!pod || !mounted) return undefined;
  const { name } = mounted;
  const found = await source.get(RESOURCES.secrets, pod.namespace, name);
  if (!found.ok) return found.why === "not-found" ? gathered({ name, missing: true }) : found;
  const [certificate, bundle] = [certificateFile, bundleFile].map((file) =>
    textOf(found.value, file),
  );
  if ([certificate, bundle].some((text) => text !== undefined && isRedacted(text))) {
    return missing("not-recorded", `Secret ${pod.namespace}/${name} is redacted in this recording`);
  }
  return gathered({ name, ...defined({ certificate, bundle }) });
}

/** What the server of one namespace runs with; its pods are alike. */
async function serverFact(
  source: FactSource,
  namespace: string,
  pods: readonly SpireServerPodFact[],
): Promise<SpireServerFact> {
  const names = [...new Set(pods.flatMap(({ configMaps }) => configMaps))].toSorted();
  const read = await Promise.all(
    names.map(async (name) => ({
      name,
      found: await source.get(RESOURCES.configMaps, namespace, name),
    })),
  );
  const having = (key: string): { name: string; text: unknown } | undefined =>
    read
      .map(({ name, found }) => ({
        name,
        text: found.ok ? at(found.value, "data", key) : undefined,
      }))
      .find(({ text }) => text !== undefined);
  const [server, manager] = [having(SERVER_CONF), having(MANAGER_CONF)];
  const config = server && SERVER_TEXT.read(server.text);
  const plugins = config && config.unreadable === undefined ? config.authorities : [];
  const disk = plugins.find(({ name }) => name === "disk");
  const [unread] = read.flatMap(({ found }) => (found.ok ? [] : [found]));
  return {
    namespace,
    ...defined({
      configMap: server?.name,
      config,
      managerConfigMap: manager?.name,
      manager: manager && MANAGER_TEXT.read(manager.text),
      unread,
      upstream: disk && (await upstreamOf(source, pods, disk)),
    }),
  };
}

async function bundleFact(
  source: FactSource,
  namespace: string,
  name: string,
): Promise<Gathered<SpireBundleFact>> {
  const found = await source.get(RESOURCES.configMaps, namespace, name);
  if (!found.ok) {
    return found.why === "not-found" ? gathered({ namespace, name, missing: true }) : found;
  }
  const pem = at(found.value, "data", BUNDLE_PEM);
  const spiffe = at(found.value, "data", BUNDLE_SPIFFE);
  if (typeof pem === "string" && isRedacted(pem)) {
    return missing("not-recorded", `ConfigMap ${namespace}/${name} is redacted in this recording`);
  }
  const parsed = typeof spiffe === "string" ? readSpiffeBundle(spiffe) : undefined;
  return gathered({
    namespace,
    name,
    ...defined({
      pem: typeof pem === "string" ? publicText(pem) : undefined,
      spiffe: parsed && parsed.unreadable === undefined ? parsed.pem : undefined,
      unreadable: parsed?.unreadable,
    }),
  });
}

async function bundlesOf(
  source: FactSource,
  { agents }: SpireFact,
): Promise<Gathered<SpireBundleFact>[]> {
  const named = agents.flatMap(({ namespace, bundleConfigMap: name }) =>
    name === undefined ? [] : [{ namespace, name }],
  );
  const distinct = new Map(named.map((one) => [`${one.namespace}/${one.name}`, one]));
  return Promise.all(
    [...distinct.values()]
      .toSorted(byName)
      .map(({ namespace, name }) => bundleFact(source, namespace, name)),
  );
}

/**
 * What SPIRE's servers sign with, and the roots that its agents trust: read only where the mesh takes
 * identities from SPIRE.
 */
export const spireTrust = fact({
  key: "spireTrust",
  access: [
    listed(RESOURCES.daemonSets, { scope: "some" }),
    listed(RESOURCES.pods, { scope: "some" }),
    got(RESOURCES.configMaps, { scope: "some", sensitive: "spire", optional: true }),
    got(RESOURCES.secrets, { scope: "some", sensitive: "spire", optional: true }),
  ],
  keeps: {
    configMaps: {
      data: {
        [SERVER_CONF]: SERVER_TEXT.keep,
        [MANAGER_CONF]: MANAGER_TEXT.keep,
        [BUNDLE_PEM]: PEM,
        [BUNDLE_SPIFFE]: SPIFFE_BUNDLE,
      },
    },
    secrets: { data: CERTIFICATES(ENCODED_PEM), stringData: CERTIFICATES(PLAIN_PEM) },
  },
  after: ["spire", "spirePods"],
  read: async (source) => {
    const spire = await source.fact("spire");
    if (!spire.ok) return spire;
    if (spire.value.signs.length === 0) return gathered({ servers: [], bundles: [] });
    const [pods, bundles] = await Promise.all([
      source.fact("spirePods"),
      bundlesOf(source, spire.value),
    ]);
    if (!pods.ok) return pods;
    const byNamespace = Map.groupBy(pods.value.servers, ({ namespace }) => namespace);
    const servers = await Promise.all(
      [...byNamespace].map(([namespace, group]) => serverFact(source, namespace, group)),
    );
    return gathered({ servers, bundles });
  },
});
