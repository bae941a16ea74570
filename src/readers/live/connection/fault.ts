import { defined } from "../../../lib/defined.ts";
import { oneLine } from "../../../lib/sanitize.ts";
import {
  gathered,
  missing,
  type AccessRequest,
  type Cause,
  type Gathered,
  type Missing,
} from "../../../model/gathered.ts";

/** Long messages of servers are cut: one line must stay one line. */
const LONGEST = 600;

// JSON Web Tokens, OpenShift's tokens, and words that are long enough to be a key.
const SECRETS = /\beyJ[\w-]+\.[\w-]*\.?[\w-]*|\bsha256~[\w-]+|\b[A-Za-z0-9+/_]{65,}={0,2}/g;

/** A text of a server, a proxy or a plugin as one line without what looks like a credential. */
export function safeText(text: string): string {
  const line = oneLine(text).replaceAll(SECRETS, "…");
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/** Why a request came to nothing, on its way to becoming a `Missing`: thrown in these rooms only. */
export class Fault extends Error {
  override readonly name = "Fault";
  readonly why: Cause;
  readonly advice: string | undefined;

  /** `detail` is one line that may be shown: without credentials; `advice` a sentence for it. */
  constructor(why: Cause, detail: string, advice?: string) {
    super(detail);
    this.why = why;
    this.advice = advice;
  }

  missing(request?: AccessRequest): Missing {
    const { why, message, advice } = this;
    return { ...missing(why, message, request), ...defined({ advice }) };
  }
}

/** What the work comes to: its value, or the Fault that it met. */
export async function gather<T>(
  request: AccessRequest | undefined,
  work: () => Promise<T>,
): Promise<Gathered<T>> {
  try {
    return gathered(await work());
  } catch (cause) {
    if (cause instanceof Fault) return cause.missing(request);
    throw cause;
  }
}
