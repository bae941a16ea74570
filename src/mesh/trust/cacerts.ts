import { goBool } from "../../lib/go-bool.ts";
import type { EnvValue, IstiodFact } from "../../model/facts.ts";
import { ROOT_CONFIG_MAP } from "../names.ts";
import { hasMinor, versionOf } from "../versions.ts";

/*
 * What istiod signs with, as Istio's bootstrap decides it (pilot/pkg/bootstrap/istio_ca.go, 1.24 to
 * 1.31): by its environment first, then by the files of Secret cacerts.
 */

/** The Secret that an operator gives istiod its CA in. */
export const CACERTS = "cacerts";
/** The Secret in which istiod keeps a CA that it made for itself. */
export const SELF_MADE = "istio-ca-secret";

/** Files of a Secret that istiod loads its CA from. */
export interface CaFiles {
  signing: string;
  key: string;
  chain: string;
  root: string;
}

const ISTIO_FILES: CaFiles = {
  signing: "ca-cert.pem",
  key: "ca-key.pem",
  chain: "cert-chain.pem",
  root: "root-cert.pem",
};
/** Of type kubernetes.io/tls, as cert-manager writes it; the chain is both files of certificates. */
const TLS_FILES: CaFiles = { signing: "tls.crt", key: "tls.key", chain: "ca.crt", root: "ca.crt" };

/** Revocation lists: an optional file of Istio's own form. */
export const CRL_FILE = "ca-crl.pem";
/** An empty file by which istiod knows a Secret cacerts that it made itself. */
export const GENERATED_FILE = "istio-generated";

/** Keys of Secrets and ConfigMaps whose values are certificates or revocation lists. */
export const PUBLIC_FILES: ReadonlySet<string> = new Set([
  "ca-cert.pem",
  "cert-chain.pem",
  "root-cert.pem",
  "tls.crt",
  "ca.crt",
  CRL_FILE,
]);
/** Keys of which it counts that they are there, whatever they hold. */
export const NAMED_FILES: ReadonlySet<string> = new Set(["ca-key.pem", "tls.key", GENERATED_FILE]);

/** The form of a Secret: that of a TLS Secret where its certificate is there, else Istio's own. */
export function caFilesOf(keys: readonly string[]): CaFiles {
  return keys.includes(TLS_FILES.signing) ? TLS_FILES : ISTIO_FILES;
}

function textOf(variable: EnvValue | undefined): string | undefined {
  return variable?.kind === "value" ? variable.value : undefined;
}

type Istiod = Pick<
  IstiodFact,
  "namespace" | "name" | "env" | "images" | "versionLabel" | "certificateFile"
>;

/** Who signs where an istiod does not do so with Secret cacerts or a CA of its own. */
export interface OtherAuthority {
  /**
   * `no-server`: istiod signs nothing. `registration`: it passes requests on. `directory`: it signs
   * with a CA from elsewhere.
   */
  kind: "no-server" | "registration" | "directory";
  /** Why, in words: what istiod has that says so. */
  why: string;
}

function otherAuthority({ namespace, name, env }: Istiod): OtherAuthority | undefined {
  const istiod = `istiod ${namespace}/${name}`;
  if (goBool(textOf(env.get("ENABLE_CA_SERVER"))) === false) {
    const why = `${istiod} has ENABLE_CA_SERVER=false, so an external CA signs`;
    return { kind: "no-server", why };
  }
  const external = textOf(env.get("EXTERNAL_CA"));
  if (external) {
    const why = `${istiod} has EXTERNAL_CA=${external}, so an external CA signs`;
    return { kind: "registration", why };
  }
  const directory = textOf(env.get("ROOT_CA_DIR"));
  if (directory && !/^(?:\.?\/)?etc\/cacerts\/?$/.test(directory)) {
    const why = `${istiod} has ROOT_CA_DIR=${directory}, so it loads its CA from there`;
    return { kind: "directory", why };
  }
  return undefined;
}

/** Who signs in place of all istiods of a cluster, as the first of them says; nothing where one signs. */
export function externalAuthority(istiods: readonly Istiod[]): OtherAuthority | undefined {
  const found = istiods.map(otherAuthority);
  return found.includes(undefined) ? undefined : found[0];
}

/** What the arguments of an istiod say where it has no Secret to sign with; nothing as a rule. */
export function withoutSecrets(istiods: readonly Istiod[]): string | undefined {
  const istiod = istiods.find(({ certificateFile }) => certificateFile !== undefined);
  return (
    istiod &&
    `there is neither Secret ${CACERTS} nor ${SELF_MADE}, and istiod ${istiod.namespace}/${istiod.name} has its certificate from a file (--tlsCertFile=${istiod.certificateFile}), as istio-csr of cert-manager gives it: an external CA signs, as it seems`
  );
}

/** The ConfigMap in which workloads find the roots that they trust, as the first istiod says. */
export function rootConfigMapOf(istiods: readonly Istiod[]): string {
  const [name] = istiods.flatMap(({ env }) => textOf(env.get("PILOT_CA_CERT_CONFIGMAP")) || []);
  return name ?? ROOT_CONFIG_MAP;
}

/**
 * Whether an istiod reads the revocation lists of a Secret of these keys: from 1.27 on, unless it is
 * told not to, and in Istio's own form only. One that could not be read does.
 */
export function readsRevocationLists(keys: readonly string[], istiod: Istiod | undefined): boolean {
  if (caFilesOf(keys) === TLS_FILES) return false;
  if (goBool(textOf(istiod?.env.get("PILOT_ENABLE_CA_CRL"))) === false) return false;
  const version = istiod && versionOf(istiod, "discovery").version;
  return version === undefined || hasMinor(version, 1, 27);
}

/** What istiod makes of a Secret cacerts when it starts. */
export interface CacertsUse {
  /**
   * `plugged-in`: it signs with it. `self-signed`: it takes Secret istio-ca-secret, or makes it.
   * `generated`: it made this one, and takes it unless there is an istio-ca-secret. `refused`: it
   * does not start.
   */
  use: "plugged-in" | "self-signed" | "generated" | "refused";
  /** Files that it needs and does not find. */
  lacks: string[];
}

/**
 * What an istiod does with a Secret cacerts of these keys.
 * @param namesKnown false where keys of private files may have been left out of `keys`
 * @param istiod absent where it could not be read: then as those of 1.27 and later
 */
export function cacertsUse(
  keys: readonly string[],
  namesKnown: boolean,
  istiod: Istiod | undefined,
): CacertsUse {
  const files = caFilesOf(keys);
  const needed = [...new Set([files.signing, files.key, files.chain, files.root])];
  const lacks = needed.filter((file) => !keys.includes(file) && (namesKnown || file !== files.key));
  const version = istiod && versionOf(istiod, "discovery").version;
  // Before 1.27 only the key was looked for, and without it everything else was passed over.
  const byKey = version !== undefined && !hasMinor(version, 1, 27);
  const found = byKey ? [files.key] : needed;
  if (namesKnown && !found.some((file) => keys.includes(file))) {
    return { use: "self-signed", lacks };
  }
  if (lacks.length > 0) return { use: "refused", lacks };
  const generated =
    keys.includes(GENERATED_FILE) &&
    goBool(textOf(istiod?.env.get("USE_CACERTS_FOR_SELF_SIGNED_CA"))) === true;
  return { use: generated ? "generated" : "plugged-in", lacks };
}
