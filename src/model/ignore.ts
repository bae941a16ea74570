/** A fault that somebody has decided to live with. */
export interface IgnoreEntry {
  /** Id of a check, or a pattern: `pods-*`. */
  check: string;
  /** Context, or a pattern; absent: any. */
  cluster?: string;
  /** `Gateway/istio-eastwest/istio-eastwest`, or a pattern; absent: any. */
  object?: string;
  reason: string;
  /** The last day on which it is good, `2026-12-31` in UTC; absent: for ever. */
  until?: string;
}
