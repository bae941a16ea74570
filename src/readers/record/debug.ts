import { array, property, record } from "../../lib/json.ts";
import { certificates } from "./certificates.ts";
import { isSecretName, REDACTED, scrub } from "./secret-text.ts";

type Projection = (answer: unknown) => unknown;

/**
 * Of the debug answers that facts read only what they read: the rest is large, differs from one
 * moment to the next, or is nobody's business.
 */
const KNOWN: ReadonlyMap<string, Projection> = new Map<string, Projection>([
  ["debug/license", (answer) => pickScalars(answer, "State", "state", "Product", "product")],
  [
    "debug/syncz",
    (answer) =>
      sorted(answer, "cluster_id", "proxy", "proxy_type", "proxy_version", "istio_version"),
  ],
  ["debug/clusterz", (answer) => sorted(answer, "id", "secretName", "syncStatus")],
  ["config_dump", ztunnelDump],
]);

/** A debug answer as facts read it; nothing for a path that none reads. */
export function slimDebug(path: string): Projection | undefined {
  return KNOWN.get(path);
}

/** A debug answer as it may be written to a file. */
export function redactDebug(path: string, answer: unknown): unknown {
  return scrub(slimDebug(path)?.(answer) ?? withoutSecretEntries(answer));
}

/** The given entries that are text, numbers or booleans. */
function pickScalars(value: unknown, ...keys: string[]): Record<string, unknown> {
  const entries = keys.flatMap((key) => {
    const item = property(value, key);
    return ["string", "number", "boolean"].includes(typeof item) ? [[key, item] as const] : [];
  });
  return Object.fromEntries(entries);
}

/** The entries of a list in an order of their own: istiod gives them in any. */
function sorted(answer: unknown, ...keys: string[]): unknown {
  // Not a list is a fault that facts report; what it is instead is of no use.
  if (!Array.isArray(answer)) return {};
  return answer
    .map((entry) => pickScalars(entry, ...keys))
    .map((entry) => [JSON.stringify(entry), entry] as const)
    .toSorted(([one], [other]) => (one < other ? -1 : Number(one > other)))
    .map(([, entry]) => entry);
}

/** What workloads trust and present, each once, without their own certificates. */
function ztunnelDump(answer: unknown): unknown {
  const found = array(property(answer, "certificates")).map((certificate) => {
    const rootCerts = pems(property(certificate, "rootCerts"), 0);
    const above = pems(property(certificate, "certChain"), 1);
    return JSON.stringify({
      ...(rootCerts.length > 0 ? { rootCerts } : {}),
      ...(above.length > 0 ? { certChain: [{}, ...above] } : {}),
    });
  });
  return {
    config: pickScalars(property(answer, "config"), "network", "clusterId"),
    certificates: [...new Set(found)]
      .toSorted()
      .filter((text) => text !== "{}")
      .map((text) => JSON.parse(text) as unknown),
  };
}

function pems(list: unknown, from: number): { pem: string }[] {
  const texts = array(list)
    .slice(from)
    .map((one) => pemOf(property(one, "pem")));
  return [...new Set(texts)].filter((pem) => pem !== "").map((pem) => ({ pem }));
}

/** PEM as it stands, or in base64 as ztunnel writes it. */
function pemOf(value: unknown): string {
  if (typeof value !== "string") return "";
  const text = value.includes("-----BEGIN") ? value : Buffer.from(value, "base64").toString("utf8");
  return certificates(text);
}

function withoutSecretEntries(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecretEntries);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(record(value)).map(([key, item]) => [
      key,
      typeof item === "string" && isSecretName(key) ? REDACTED : withoutSecretEntries(item),
    ]),
  );
}
