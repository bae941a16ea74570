import { defined } from "../../../lib/defined.ts";
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
  const refuse = (what: string): Fault => new Fault("unauthorized", `${plugin} printed ${what}`);
  const answer = parse(text);
  if (at(answer, "kind") !== "ExecCredential") {
    throw refuse(text.trim() === "" ? "nothing" : "something that is no ExecCredential");
  }
  const version = string(at(answer, "apiVersion")) ?? "";
  if (version !== apiVersion) {
    const printed = `an ExecCredential of ${safeText(version) || "no version"}`;
    throw refuse(`${printed}; the kubeconfig asks for ${apiVersion}`);
  }
  const token = string(at(answer, "status", "token"));
  const cert = string(at(answer, "status", "clientCertificateData"));
  const key = string(at(answer, "status", "clientKeyData"));
  const certificate = cert !== undefined && key !== undefined ? { cert, key } : undefined;
  if (token === undefined && certificate === undefined) {
    throw refuse("an ExecCredential without a credential");
  }
  const expiresAt = time(at(answer, "status", "expirationTimestamp"));
  const authorization = token === undefined ? undefined : `Bearer ${token}`;
  return defined({ authorization, certificate, expiresAt });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
