import { defined } from "../lib/defined.ts";
import { at, property, record, string } from "../lib/json.ts";
import { ROOT_CONFIG_MAP } from "../mesh/names.ts";
import {
  CACERTS,
  cacertsUse,
  caFilesOf,
  CRL_FILE,
  externalAuthority,
  NAMED_FILES,
  readsRevocationLists,
  SELF_MADE,
} from "../mesh/trust/cacerts.ts";
import type { IntermediateFact } from "../model/facts.ts";
import { gathered, mapGathered, missing, type Gathered } from "../model/gathered.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";
import type { FactReader, FactSource } from "../model/source.ts";
import { askEarly, istioNamespaceOf } from "./istio-namespace.ts";
import { fromBase64, isRedacted, publicText } from "./pem.ts";
import { NAMES_KEPT } from "./slim-data.ts";
import { slimSecret } from "./slim.ts";

export const rootCertificate: FactReader<"rootCertificate"> = async (source) => {
  const read = (namespace: string): Promise<Gathered<RawObject>> =>
    source.get(RESOURCES.configMaps, namespace, ROOT_CONFIG_MAP);
  askEarly(source, read);
  const found = await read(await istioNamespaceOf(source));
  if (!found.ok && found.why === "not-found") return gathered({ missing: true });
  if (!found.ok) return found;
  const value = at(found.value, "data", "root-cert.pem");
  if (typeof value !== "string") return gathered({});
  const pem = publicText(value);
  if (!isRedacted(pem)) return gathered({ pem });
  return missing("not-recorded", `ConfigMap ${ROOT_CONFIG_MAP} is redacted in this recording`);
};

type Name = IntermediateFact["secret"];

interface Files {
  /** PEM texts by key; of private files empty. */
  texts: ReadonlyMap<string, string>;
  keys: string[];
  /** Keys of private files that are not there were not in the cluster either. */
  namesKnown: boolean;
}

function filesOf(object: RawObject, isRecording: boolean): Files {
  // Everything private is gone before anything else is done with it.
  const slim = slimSecret(object);
  const entries = Object.entries(record(property(slim, "data")));
  const keys = entries.map(([key]) => key).toSorted();
  return {
    texts: new Map(entries.map(([key, value]) => [key, fromBase64(string(value) ?? "")])),
    keys,
    namesKnown:
      !isRecording ||
      keys.some((key) => NAMED_FILES.has(key)) ||
      at(slim, "metadata", "annotations", NAMES_KEPT) !== undefined,
  };
}

/** What istiod reads of a Secret: in the form of a TLS Secret its chain is two files in a row. */
function certificatesOf(secret: Name, { texts, keys }: Files): IntermediateFact {
  const { signing, chain, root } = caFilesOf(keys);
  const certificate = texts.get(signing);
  const above = texts.get(chain);
  return {
    secret,
    keys,
    ...defined({
      certificate,
      chain: chain === root ? publicText((certificate ?? "") + (above ?? "")) : above,
      root: texts.get(root),
    }),
  };
}

function readSecret(
  source: FactSource,
  namespace: string,
  name: string,
): Promise<Gathered<RawObject>> {
  return source.get(RESOURCES.secrets, namespace, name);
}

/** The Secret that istiod keeps a CA in that it made itself. */
async function readSelfMade(
  source: FactSource,
  namespace: string,
): Promise<Gathered<IntermediateFact>> {
  const found = await readSecret(source, namespace, SELF_MADE);
  if (!found.ok) {
    return found.why === "not-found" ? gathered({ secret: "none", keys: [] }) : found;
  }
  return known(SELF_MADE, namespace, filesOf(found.value, source.settings.dumps === true));
}

function known(secret: Name, namespace: string, files: Files): Gathered<IntermediateFact> {
  // A collector that leaves values out may leave out their keys.
  if (files.keys.length === 0 && !files.namesKnown) {
    return missing("not-recorded", `Secret ${namespace}/${secret} has no data in this recording`);
  }
  const redacted = [...files.texts].find(([, text]) => isRedacted(text));
  if (!redacted) return gathered(certificatesOf(secret, files));
  const detail = `${redacted[0]} of Secret ${namespace}/${secret} is redacted in this recording`;
  return missing("not-recorded", detail);
}

async function readIntermediate(
  source: FactSource,
  namespace: string,
): Promise<Gathered<IntermediateFact>> {
  const istiods = await source.fact("istiods");
  const judged = istiods.ok ? istiods.value.judged : [];
  const external = judged.length > 0 ? externalAuthority(judged) : undefined;
  if (external !== undefined) return gathered({ secret: "none", keys: [], external });

  const found = await readSecret(source, namespace, CACERTS);
  if (!found.ok) return found.why === "not-found" ? readSelfMade(source, namespace) : found;
  const files = filesOf(found.value, source.settings.dumps === true);
  const { use, lacks } = cacertsUse(files.keys, files.namesKnown, judged[0]);
  if (use === "self-signed" || use === "generated") {
    const selfMade = await readSelfMade(source, namespace);
    if (use === "self-signed") {
      return mapGathered(selfMade, (fact) => ({ ...fact, passedOver: lacks }));
    }
    if (!selfMade.ok || selfMade.value.secret !== "none") return selfMade;
  }
  const crl =
    use !== "generated" && readsRevocationLists(files.keys, judged[0])
      ? files.texts.get(CRL_FILE)
      : undefined;
  return mapGathered(known(CACERTS, namespace, files), (fact) => ({
    ...fact,
    ...defined({ crl, lacks: use === "refused" ? lacks : undefined }),
  }));
}

export const intermediate: FactReader<"intermediate"> = async (source) => {
  askEarly(source, async (namespace) => {
    const found = await readSecret(source, namespace, CACERTS);
    if (!found.ok && found.why === "not-found") await readSelfMade(source, namespace);
  });
  return readIntermediate(source, await istioNamespaceOf(source));
};
