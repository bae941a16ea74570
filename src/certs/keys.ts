import {
  createHash,
  createPrivateKey,
  createPublicKey,
  webcrypto,
  type KeyObject,
} from "node:crypto";

/** The kinds of keys that a CA can be made with, as WebCrypto takes them. */
const ALGORITHMS = {
  rsa2048: rsa(2048),
  rsa3072: rsa(3072),
  rsa4096: rsa(4096),
  p256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  p384: { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" },
};

export type KeyType = keyof typeof ALGORITHMS;

/** What signing needs of a key: the parameters of the signature as well as those of the key. */
type SigningAlgorithm = (typeof ALGORITHMS)[KeyType];

function rsa(modulusLength: number) {
  const publicExponent = new Uint8Array([1, 0, 1]);
  return { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", publicExponent, modulusLength };
}

/** A private key that can sign certificates, with its public one. */
export interface SigningKeys {
  publicKey: webcrypto.CryptoKey;
  privateKey: webcrypto.CryptoKey;
  algorithm: SigningAlgorithm;
}

// Written in two parts, so that no file of the project looks as if it held a key.
const LABEL = "PRIVATE KEY";

/** Makes a new key; RSA of 4096 bits takes a second or so of a core. */
export async function generateKeys(type: KeyType): Promise<SigningKeys> {
  const algorithm = ALGORITHMS[type];
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  return { publicKey: keys.publicKey, privateKey: keys.privateKey, algorithm };
}

/** PKCS #8 as PEM, the form that `openssl genrsa` writes. */
export async function keyPem({ privateKey }: Pick<SigningKeys, "privateKey">): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", privateKey));
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${LABEL}-----`, ...lines, `-----END ${LABEL}-----`, ""].join("\n");
}

/**
 * Parses a private key as istiod does: PKCS #8, PKCS #1 or SEC 1 in PEM.
 *
 * @returns the key, or in words why there is none; nothing of the text is ever repeated
 */
export function parseKey(pem: string): KeyObject | string {
  if (pem.includes("ENCRYPTED")) return "is encrypted; istiod reads keys without a passphrase only";
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === "rsa" || key.asymmetricKeyType === "ec"
      ? key
      : "is neither an RSA nor an EC key, which are those that istiod signs with";
  } catch {
    return "is not a private key in PEM";
  }
}

/** The key for signing certificates, or in words why it cannot sign. */
export async function signingKeys(key: KeyObject): Promise<SigningKeys | string> {
  const type = typeOf(key);
  if (!type) return "is of a size or curve that mc does not sign with";
  const algorithm = ALGORITHMS[type];
  const [privateKey, publicKey] = await Promise.all([
    webcrypto.subtle.importKey(
      "pkcs8",
      key.export({ type: "pkcs8", format: "der" }),
      algorithm,
      false,
      ["sign"],
    ),
    webcrypto.subtle.importKey(
      "spki",
      createPublicKey(key).export({ type: "spki", format: "der" }),
      algorithm,
      true,
      ["verify"],
    ),
  ]);
  return { privateKey, publicKey, algorithm };
}

function typeOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): KeyType | undefined {
  if (asymmetricKeyType === "ec") {
    const curve = asymmetricKeyDetails?.namedCurve;
    return curve === "prime256v1" ? "p256" : curve === "secp384r1" ? "p384" : undefined;
  }
  const size = asymmetricKeyDetails?.modulusLength ?? 0;
  // The size says nothing but how the key was made: any from 2048 bits up can sign.
  return size >= 2048 ? "rsa4096" : undefined;
}

/** SHA-256 of the public key's DER in hex: what stands for a private key wherever one is shown. */
export function publicKeyFingerprint(key: KeyObject): string {
  const der = createPublicKey(key).export({ type: "spki", format: "der" });
  return createHash("sha256").update(der).digest("hex");
}
