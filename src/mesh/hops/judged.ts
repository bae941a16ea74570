import type { Fault } from "./fault.ts";

/**
 * What comes of one hop. `ok`: traffic gets past it. `design`: it goes no further, as somebody wants
 * it so. `broken`: it goes no further. `unknown`: what tells was not read.
 */
export type Judged =
  | { state: "ok" | "design"; verdict: string }
  | { state: "broken"; verdict: string; fault: Fault }
  | { state: "unknown"; verdict: string; why: string };

export function ok(verdict: string): Judged {
  return { state: "ok", verdict };
}

export function broken(verdict: string, fault: Fault): Judged {
  return { state: "broken", verdict, fault };
}

export function unknown(why: string): Judged {
  return { state: "unknown", verdict: "not known", why };
}
