import { readFile } from "node:fs/promises";
import { oneLine } from "../../../lib/sanitize.ts";
import { Fault, within } from "../connection/index.ts";

/** What a way to sign in gives: an Authorization header, a client certificate (PEM), or both. */
export interface Shown {
  authorization?: string;
  certificate?: { cert: string; key: string };
}

/** A way to sign in that takes more than what stands in the kubeconfig. */
export interface Source {
  /** @throws Fault there is none to be had; or the signal's reason */
  get(signal: AbortSignal): Promise<Shown>;
  /** The server refused this one: true when the next `get` may give another. */
  refused(sent: Shown): boolean;
  /** Forgets failures, so that they are tried again. */
  renew?(): void;
}

/** Whether a request that bore `sent` showed this. */
export function isSame(shown: Shown | undefined, sent: Shown): boolean {
  const { authorization, certificate = sent.certificate } = shown ?? {};
  return authorization === sent.authorization && certificate?.cert === sent.certificate?.cert;
}

/** How long the token of a file is used before the file is read again: its writer rotates it. */
const TOKEN_FILE_MS = 10_000;

/** The file is read again now and then, and when the server refuses what it held. */
export function tokenFile(file: string, fallback: string | undefined): Source {
  let current: Shown | undefined;
  let readAt = -Infinity;
  const read = async (): Promise<Shown> => {
    const token = (await readFile(file, "utf8").catch(() => "")).trim() || fallback;
    if (token) return { authorization: `Bearer ${token}` };
    throw new Fault("unauthorized", `the token file ${oneLine(file)} cannot be read or is empty`);
  };
  return {
    get: async (signal) => {
      if (current && performance.now() - readAt < TOKEN_FILE_MS) return current;
      // A named pipe that nobody writes to must not hold up more than its cluster.
      current = await within(signal, read());
      readAt = performance.now();
      return current;
    },
    refused: (sent) => {
      if (isSame(current, sent)) readAt = -Infinity;
      return true;
    },
  };
}
