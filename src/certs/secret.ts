import { defined } from "../lib/defined.ts";
import { changedAt, managersOf } from "../facts/managed-fields.ts";
import { fromBase64, toBase64 } from "../facts/pem.ts";
import { at, property, record, string, stringMap, time } from "../lib/json.ts";
import { CACERTS, caFilesOf, CRL_FILE, SELF_MADE } from "../mesh/trust/cacerts.ts";
import type { RawObject } from "../model/reader.ts";
import { bundled, joined } from "./bundle.ts";
import { secretOwner, type SecretOwner } from "./owner.ts";
import { SET_FILES, type SigningSet } from "./signing-set.ts";

/** Since when the Secret has its signing certificate: later changes of the roots carry it along. */
const SIGNING_SINCE = "istio-mc/signing-since";

/** Keys of the form in which istiod reads the Secret where it finds it, else of Istio's own. */
const TLS = caFilesOf(["tls.crt"]);

type Form = "istio" | "tls";

/** Secret cacerts or istio-ca-secret with its private key: it is shown to nobody. */
export interface CaSecret {
  name: typeof CACERTS | typeof SELF_MADE;
  form: Form;
  /** The parts that are there, as PEM texts. */
  set: Partial<SigningSet>;
  owner: SecretOwner;
  managers: readonly string[];
  /** It holds a list of revoked certificates. */
  hasRevocations: boolean;
  resourceVersion?: string;
  /** When it was changed last, and since when it has its signing certificate, ms since the epoch. */
  changedAt?: number;
  signingSince?: number;
  object: RawObject;
}

/** Reads a Secret as istiod does. */
export function caSecret(name: CaSecret["name"], object: RawObject): CaSecret {
  const data = property(object, "data");
  const text = (key: string): string | undefined => {
    const value = string(property(data, key));
    return value === undefined ? undefined : fromBase64(value);
  };
  const form: Form = text(TLS.signing) === undefined ? "istio" : "tls";
  const set = form === "tls" ? tlsSet(text) : istioSet(text);
  const changed = changedAt(object);
  const since = signingSince(object) ?? changed;
  const resourceVersion = string(at(object, "metadata", "resourceVersion"));
  return {
    name,
    form,
    set: name === SELF_MADE ? selfMadeSet(set) : set,
    owner: secretOwner(object),
    managers: managersOf(object),
    hasRevocations: property(data, CRL_FILE) !== undefined,
    object,
    ...defined({ resourceVersion, changedAt: changed, signingSince: since }),
  };
}

type Text = (key: string) => string | undefined;

function withoutAbsent(set: {
  [K in keyof SigningSet]: string | undefined;
}): Partial<SigningSet> {
  return Object.fromEntries(
    Object.entries(set).filter(([, text]) => text !== undefined && text !== ""),
  );
}

function istioSet(text: Text): Partial<SigningSet> {
  return withoutAbsent({
    certificate: text(SET_FILES.certificate),
    key: text(SET_FILES.key),
    chain: text(SET_FILES.chain),
    roots: text(SET_FILES.roots),
  });
}

function tlsSet(text: Text): Partial<SigningSet> {
  const certificate = text(TLS.signing);
  const roots = text(TLS.root);
  const chain = certificate === undefined ? undefined : certificate + (roots ?? "");
  return withoutAbsent({ certificate, key: text(TLS.key), chain, roots });
}

/** A CA that istiod made itself is its own root, with nothing above it. */
function selfMadeSet(set: Partial<SigningSet>): Partial<SigningSet> {
  const { certificate } = set;
  return certificate === undefined ? set : { chain: certificate, roots: certificate, ...set };
}

function signingSince(object: RawObject): number | undefined {
  return time(stringMap(at(object, "metadata", "annotations")).get(SIGNING_SINCE));
}

export interface SecretManifest {
  apiVersion: "v1";
  kind: "Secret";
  metadata: {
    name: typeof CACERTS;
    namespace: string;
    annotations?: Record<string, string>;
    /** Of what it was made from: the API server refuses it when somebody else has changed it since. */
    resourceVersion?: string;
  };
  data: Record<string, string>;
}

/** Secret cacerts of a set, in the form that the present one has. */
export function secretManifest(
  namespace: string,
  set: SigningSet,
  present: { form?: Form; resourceVersion?: string; signingSince?: number } = {},
): SecretManifest {
  const { form = "istio", resourceVersion, signingSince: since } = present;
  const texts = form === "istio" ? istioData(set) : tlsData(set);
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      ...(since === undefined
        ? {}
        : { annotations: { [SIGNING_SINCE]: new Date(since).toISOString() } }),
      name: CACERTS,
      namespace,
      ...defined({ resourceVersion }),
    },
    data: Object.fromEntries(Object.entries(texts).map(([key, value]) => [key, toBase64(value)])),
  };
}

function istioData(set: SigningSet): Record<string, string> {
  return Object.fromEntries(
    (Object.keys(SET_FILES) as (keyof SigningSet)[]).map((part) => [SET_FILES[part], set[part]]),
  );
}

/** tls.crt has what leads from the signing certificate up to the roots, which ca.crt has. */
function tlsData({ certificate, key, chain, roots }: SigningSet): Record<string, string> {
  const above = new Set(bundled(roots).map(({ sha256 }) => sha256));
  const [signing, ...rest] = [...bundled(certificate), ...bundled(chain)];
  const path = rest.filter(({ sha256 }) => !above.has(sha256));
  return {
    [TLS.signing]: joined(signing ? [signing, ...path] : path),
    [TLS.key]: key,
    [TLS.root]: roots,
  };
}

/** The data of a Secret as texts, for showing what changes; keys of `data` only. */
export function dataTexts(object: RawObject): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(record(object["data"])).map(([key, value]) => [
      key,
      fromBase64(string(value) ?? ""),
    ]),
  );
}

/** The parts of a Secret when all are there. */
export function completeSet({ set }: CaSecret): SigningSet | undefined {
  const { certificate, key, roots, chain = certificate } = set;
  if (certificate === undefined || key === undefined || roots === undefined) return undefined;
  return chain === undefined ? undefined : { certificate, key, roots, chain };
}
