/** What stands in the place of a secret. */
export const REDACTED = "REDACTED";

/** Kubeconfigs, whole: they name servers and users beside their credentials. */
const KUBECONFIG =
  /\b(client-key-data|client-certificate-data|certificate-authority-data|current-context)\b|\bkind["']?\s*:\s*["']?Config\b/;

/** Each takes time in proportion to the text, whatever is in it. */
const PATTERNS: readonly RegExp[] = [
  // Private keys, also where the end was cut off.
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-{5}[\s\S]*?(-----END [A-Z0-9 ]*PRIVATE KEY-{5}|$)/g,
  // JSON web tokens: service account tokens and licenses.
  /(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  // Tokens that say what they are by their first letters.
  /\b(?:gh[opsu]_|github_pat_|glpat-|xox[abprs]-|AKIA|ASIA|sk-)[\w-]{12,}/g,
  /\bBearer\s+[\w.~+/-]{8,}=*/gi,
  // user:password@host
  /(?<=:\/\/[^\s/:@]{0,200}:)[^\s/@]+(?=@)/g,
  // `token=…`, `"password":"…"`: no space, as prose has after a colon.
  /(?<=(?:passw(?:or)?d|token|secret|credential|licen[cs]e|api[-_]?key|private[-_]?key)["']?[:=]["']?)[^\s"',;&]{4,}/gi,
];

const BASE64 = /^[A-Za-z0-9+/_\s-]{40,}={0,2}$/;

/** A text with every secret in it replaced, as far as a secret can be told by how it looks. */
export function scrubText(text: string): string {
  if (isKubeconfig(text) || isEncodedSecret(text)) return REDACTED;
  return PATTERNS.reduce((clean, pattern) => clean.replaceAll(pattern, REDACTED), text);
}

function isKubeconfig(text: string): boolean {
  return KUBECONFIG.test(text);
}

function isEncodedSecret(text: string): boolean {
  if (!BASE64.test(text.trim())) return false;
  const decoded = Buffer.from(text, "base64").toString("utf8");
  return isKubeconfig(decoded) || PATTERNS.some((pattern) => decoded.search(pattern) >= 0);
}

/** Every text in a JSON value scrubbed, keys as they are. */
export function scrub(value: unknown): unknown {
  if (typeof value === "string") return scrubText(value);
  if (Array.isArray(value)) return value.map(scrub);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, scrub(item)]));
}

const SECRET_NAME = /licen[cs]e|token|passw|secret|credential|private|key/i;
/** Names of where a secret is, not the secret. */
const REFERENCE_NAME = /^(secretName|credentialName|secretKeyRef|key)$/;

/** Whether a name says that its value is a secret. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !REFERENCE_NAME.test(name);
}
