import { defined } from "../lib/defined.ts";
import { at, string } from "../lib/json.ts";
import {
  CACERTS,
  cacertsUse,
  caFilesOf,
  CRL_FILE,
  externalAuthority,
  NAMED_FILES,
  PUBLIC_FILES,
  readsRevocationLists,
  SELF_MADE,
  withoutSecrets,
} from "../mesh/trust/cacerts.ts";
import type { IntermediateFact } from "../model/facts.ts";
import { gathered, mapGathered, missing, type Gathered } from "../model/gathered.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";
import type { FactSource } from "../model/source.ts";
import { fact, got } from "./fact.ts";
import { askEarly, istioNamespaceOf } from "./istio-namespace.ts";
import { Cut, dictionary, type Keep, type KeepMap, WHOLE } from "./keep.ts";
import { fromBase64, isRedacted, publicText, toBase64 } from "./pem.ts";

type Name = IntermediateFact["secret"];

/** Annotation of recorded Secrets: their private files are named, so one that is not was not there. */
export const NAMES_KEPT = "mc.snapshot/key-names";

/** That there is a value, and nothing of it. */
const MARK: Keep = new Cut(WHOLE, () => "");

/** PEM text in base64, as a Secret has it. */
export const ENCODED_PEM: Keep = new Cut(
  WHOLE,
  (value) => toBase64(publicText(fromBase64(string(value) ?? ""))),
  "encoded certificates",
);
/** PEM text of a Secret's stringData. */
export const PLAIN_PEM: Keep = new Cut(
  WHOLE,
  (value) => publicText(string(value) ?? ""),
  "certificates",
);

const each = (keep: Keep): KeepMap =>
  dictionary({
    ...Object.fromEntries([...PUBLIC_FILES].map((key) => [key, keep])),
    ...Object.fromEntries([...NAMED_FILES].map((key) => [key, MARK])),
  });

interface Files {
  /** PEM texts by key; of private files none. */
  texts: ReadonlyMap<string, string>;
  keys: string[];
  /** Keys of private files that are not there were not in the cluster either. */
  namesKnown: boolean;
}

/** Only manifests from files have stringData, which the API server writes over data. */
function filesOf(object: RawObject, isRecording: boolean): Files {
  const texts = new Map<string, string>();
  for (const key of PUBLIC_FILES) {
    const [plain, encoded] = [at(object, "stringData", key), at(object, "data", key)];
    if (plain !== undefined) texts.set(key, publicText(string(plain) ?? ""));
    else if (encoded !== undefined) texts.set(key, publicText(fromBase64(string(encoded) ?? "")));
  }
  const named = [...NAMED_FILES].filter(
    (key) => at(object, "stringData", key) !== undefined || at(object, "data", key) !== undefined,
  );
  const marked = at(object, "metadata", "annotations", NAMES_KEPT) !== undefined;
  return {
    texts,
    keys: [...texts.keys(), ...named].toSorted(),
    namesKnown: !isRecording || named.length > 0 || marked,
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

async function readFiles(
  source: FactSource,
  namespace: string,
  name: string,
): Promise<Gathered<Files>> {
  const found = await source.get(RESOURCES.secrets, namespace, name);
  return mapGathered(found, (object) => filesOf(object, source.settings.dumps === true));
}

/** The Secret that istiod keeps a CA in that it made itself. */
async function readSelfMade(
  source: FactSource,
  namespace: string,
): Promise<Gathered<IntermediateFact>> {
  const found = await readFiles(source, namespace, SELF_MADE);
  if (found.ok) return known(SELF_MADE, namespace, found.value);
  return found.why === "not-found" ? gathered({ secret: "none", keys: [] }) : found;
}

async function readIntermediate(
  source: FactSource,
  namespace: string,
): Promise<Gathered<IntermediateFact>> {
  const istiods = await source.fact("istiods");
  const judged = istiods.ok ? istiods.value.judged : [];
  const external = judged.length > 0 ? externalAuthority(judged) : undefined;
  if (external) return gathered({ secret: "none", keys: [], external: external.why });

  const found = await readFiles(source, namespace, CACERTS);
  if (!found.ok) {
    if (found.why !== "not-found") return found;
    const hint = withoutSecrets(judged);
    return mapGathered(await readSelfMade(source, namespace), (one) =>
      one.secret === "none" ? { ...one, ...defined({ external: hint }) } : one,
    );
  }
  const { keys, namesKnown, texts } = found.value;
  const { use, lacks } = cacertsUse(keys, namesKnown, judged[0]);
  if (use === "self-signed" || use === "generated") {
    const selfMade = await readSelfMade(source, namespace);
    if (use === "self-signed")
      return mapGathered(selfMade, (one) => ({ ...one, passedOver: lacks }));
    if (!selfMade.ok || selfMade.value.secret !== "none") return selfMade;
  }
  const hasLists = use !== "generated" && readsRevocationLists(keys, judged[0]);
  const more = defined({
    crl: hasLists ? texts.get(CRL_FILE) : undefined,
    lacks: use === "refused" ? lacks : undefined,
  });
  return mapGathered(known(CACERTS, namespace, found.value), (one) => ({ ...one, ...more }));
}

export const intermediate = fact({
  key: "intermediate",
  access: [
    got(RESOURCES.secrets, { scope: "istio", names: [CACERTS, SELF_MADE], sensitive: "secrets" }),
  ],
  // Everything private is gone before anything else is done with it.
  keeps: {
    secrets: {
      metadata: { annotations: dictionary({ [NAMES_KEPT]: WHOLE }) },
      data: each(ENCODED_PEM),
      stringData: each(PLAIN_PEM),
    },
  },
  read: async (source) => {
    askEarly(source, async (namespace) => {
      const found = await readFiles(source, namespace, CACERTS);
      if (!found.ok && found.why === "not-found") await readSelfMade(source, namespace);
    });
    return readIntermediate(source, await istioNamespaceOf(source));
  },
});
