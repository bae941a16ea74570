import { at, string, time } from "../../../lib/json.ts";
import type { Shown } from "./source.ts";
import { Fault, safeText } from "../connection/index.ts";

export interface ExecCredential extends Shown {
  /** ms since the epoch; absent: it lasts as long as the run. */
  expiresAt?: number;
}

/**
 * Reads the ExecCredential that a plugin printed.
 *
 * @throws Fault it is none; what was printed is never quoted: it is, or was meant as, a credential
 */
export function credentialOf(text: string, apiVersion: string, plugin: string): ExecCredential {
  const answer = parse(text);
  if (at(answer, "kind") !== "ExecCredential") {
    const what = text.trim() === "" ? "nothing" : "something that is no ExecCredential";
    throw new Fault("unauthorized", `${plugin} printed ${what}`);
  }
  const version = string(at(answer, "apiVersion")) ?? "";
  if (version !== apiVersion) {
    throw new Fault(
      "unauthorized",
      `${plugin} printed an ExecCredential of ${safeText(version) || "no version"}; the kubeconfig asks for ${apiVersion}`,
    );
  }
  const token = string(at(answer, "status", "token"));
  const cert = string(at(answer, "status", "clientCertificateData"));
  const key = string(at(answer, "status", "clientKeyData"));
  const certificate = cert !== undefined && key !== undefined ? { cert, key } : undefined;
  if (token === undefined && certificate === undefined) {
    throw new Fault("unauthorized", `${plugin} printed an ExecCredential without a credential`);
  }
  const expiresAt = time(at(answer, "status", "expirationTimestamp"));
  return {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
