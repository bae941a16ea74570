import type { CertificateFacts } from "../../model/trust.ts";

export const DAY = 24 * 60 * 60_000;
const HOUR = 60 * 60_000;
const MINUTE = 60_000;

/** `CN=Root CA,O=Istio (SHA-256 6d18f32e1348)`: names alone are often the same. */
export function named({ subject, sha256 }: CertificateFacts): string {
  return `${subject} (SHA-256 ${sha256.slice(0, 12)})`;
}

/** `5 days`, `7 hours`, `1 minute`. */
function span(ms: number): string {
  const [unit, word] =
    ms >= 2 * DAY
      ? ([DAY, "day"] as const)
      : ms >= 2 * HOUR
        ? ([HOUR, "hour"] as const)
        : ([MINUTE, "minute"] as const);
  const count = Math.floor(ms / unit);
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

export function dateText(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** `expires in 5 days (2026-01-20)` or `expired 2 days ago (2026-01-13)`. */
export function expiryText({ notAfter }: CertificateFacts, now: number): string {
  return notAfter >= now
    ? `expires in ${span(notAfter - now)} (${dateText(notAfter)})`
    : `expired ${span(now - notAfter)} ago (${dateText(notAfter)})`;
}

/**
 * How urgent it is that a certificate in use expires: a warning within 30 days or a quarter of its
 * lifetime, a fault within 7 days or a tenth, whichever is shorter.
 */
export function expiryOf(
  { notBefore, notAfter }: CertificateFacts,
  now: number,
): "warn" | "fail" | undefined {
  const [left, lifetime] = [notAfter - now, notAfter - notBefore];
  if (left > Math.min(30 * DAY, lifetime / 4)) return undefined;
  return left <= Math.min(7 * DAY, lifetime / 10) ? "fail" : "warn";
}
