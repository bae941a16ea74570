import { defined } from "../lib/defined.ts";
import { array, at, number, property, record, string, strings } from "../lib/json.ts";
import { fingerprints } from "../lib/x509/fingerprints.ts";
import type { RemoteKubeconfigFact, TokenClaims } from "../model/facts.ts";
import { Cut, type Keep, type KeepMap, SCALAR } from "./keep.ts";
import { isMap } from "./objects.ts";
import { fromBase64, isRedacted } from "./pem.ts";
import { loadYaml } from "./yaml-text.ts";

/*
 * What is kept of the kubeconfigs in remote secrets, in their place and form of their own: where they
 * lead and by what they sign in, never a credential. Whoever records or prints has nothing else.
 */

const CLAIMS: KeepMap = {
  issuer: SCALAR,
  subject: SCALAR,
  expires: SCALAR,
  namespace: SCALAR,
  account: SCALAR,
  accountUid: SCALAR,
  secret: SCALAR,
};

const KEPT: KeepMap = {
  server: SCALAR,
  authorities: [SCALAR],
  credentials: [SCALAR],
  claims: CLAIMS,
  unreadable: SCALAR,
};

type Kept = Readonly<Record<string, unknown>>;

const unreadable = (why: string): Kept => ({ unreadable: why });

/** The item of that name in a list of a kubeconfig. */
function named(kubeconfig: unknown, list: string, name: string | undefined): unknown {
  return array(property(kubeconfig, list)).find((one) => string(property(one, "name")) === name);
}

function withoutUser(server: string | undefined): string | undefined {
  return server?.replace(/^(\w+:\/\/)[^/@]*@/, "$1");
}

/** The second part of a JSON web token; nothing of any other. The signature is not looked at. */
function claimsOf(token: string): Kept | undefined {
  const [, payload, signature] = token.split(".");
  if (payload === undefined || signature === undefined) return undefined;
  let claims: unknown;
  try {
    claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
  if (!isMap(claims)) return undefined;
  // Tokens of Secrets have flat names, those that expire a map.
  const flat = (key: string): string | undefined =>
    string(property(claims, `kubernetes.io/serviceaccount/${key}`));
  const bound = property(claims, "kubernetes.io");
  const expires = number(property(claims, "exp"));
  return defined({
    issuer: string(property(claims, "iss")),
    subject: string(property(claims, "sub")),
    expires: expires === undefined ? undefined : expires * 1000,
    namespace: flat("namespace") ?? string(property(bound, "namespace")),
    account: flat("service-account.name") ?? string(at(bound, "serviceaccount", "name")),
    accountUid: flat("service-account.uid") ?? string(at(bound, "serviceaccount", "uid")),
    secret: flat("secret.name") ?? string(at(bound, "secret", "name")),
  });
}

/** Ways to sign in, as istiod's switch for those that it refuses names them. */
const WAYS: readonly (readonly [string, string])[] = [
  ["exec", "exec"],
  ["tokenFile", "tokenFile"],
  ["client-certificate", "clientCertificate"],
  ["client-key", "clientKey"],
  ["client-certificate-data", "client certificate"],
  ["username", "password"],
];

function signInOf(user: unknown): Kept {
  const token = string(property(user, "token"));
  const claims = token === undefined ? undefined : claimsOf(token);
  const provider = string(at(user, "auth-provider", "name"));
  return {
    credentials: [
      ...(token === undefined ? [] : [claims ? "token" : "opaque token"]),
      ...WAYS.flatMap(([key, way]) => (property(user, key) === undefined ? [] : [way])),
      ...(provider === undefined ? [] : [`auth-provider ${provider}`]),
    ],
    ...defined({ claims }),
  };
}

/** What is kept of the text of a kubeconfig, or why there is nothing. */
function keptOf(text: string): Kept {
  if (isRedacted(text)) return unreadable("it is redacted in this recording");
  const loaded = loadYaml(text);
  if ("unreadable" in loaded) return unreadable("it is not YAML of a map");
  const kubeconfig = loaded.map;
  const current = string(property(kubeconfig, "current-context"));
  const context = property(named(kubeconfig, "contexts", current), "context");
  const cluster = named(kubeconfig, "clusters", string(property(context, "cluster")));
  if (cluster === undefined) return unreadable("its chosen context leads to no cluster");
  const user = named(kubeconfig, "users", string(property(context, "user")));
  const pem = fromBase64(string(at(cluster, "cluster", "certificate-authority-data")) ?? "");
  return {
    authorities: fingerprints(pem),
    ...signInOf(property(user, "user")),
    ...defined({ server: withoutUser(string(at(cluster, "cluster", "server"))) }),
  };
}

/** What has been kept before is kept as it is. */
function kept(decode: (value: string) => string): (value: unknown) => unknown {
  return (value) => {
    if (Array.isArray(property(value, "authorities")) || string(property(value, "unreadable"))) {
      return value;
    }
    return typeof value === "string" ? keptOf(decode(value)) : unreadable("it is no text");
  };
}

const encoded = kept(fromBase64);
const plain = kept((value) => value);

/** A kubeconfig under `data`. */
export const ENCODED_KUBECONFIG: Keep = new Cut(KEPT, encoded);
/** A kubeconfig under `stringData`, as files have it. */
export const PLAIN_KUBECONFIG: Keep = new Cut(KEPT, plain);

function claimsFact(claims: unknown): TokenClaims | undefined {
  if (!isMap(claims)) return undefined;
  const [namespace, name, uid] = ["namespace", "account", "accountUid"].map((key) =>
    string(property(claims, key)),
  );
  return defined({
    issuer: string(property(claims, "issuer")),
    subject: string(property(claims, "subject")),
    expires: number(property(claims, "expires")),
    account: namespace && name && uid ? { namespace, name, uid } : undefined,
    secret: string(property(claims, "secret")),
  });
}

/** The kubeconfig of a cluster, as its Secret has it or as it was kept. */
export function kubeconfigFact(
  cluster: string,
  value: unknown,
  field: "data" | "stringData",
): RemoteKubeconfigFact {
  const map = record(field === "data" ? encoded(value) : plain(value));
  return {
    cluster,
    authorities: strings(property(map, "authorities")),
    credentials: strings(property(map, "credentials")),
    ...defined({
      server: string(property(map, "server")),
      claims: claimsFact(property(map, "claims")),
      unreadable: string(property(map, "unreadable")),
    }),
  };
}
