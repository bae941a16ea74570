const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h)/g;

/** ms of a duration as Go writes it: `30s`, `1m30s`, `500ms`; nothing for any other text, and for 0. */
export function parseDuration(text: string): number | undefined {
  let total = 0;
  let matched = 0;
  for (const [part, amount, unit] of text.matchAll(PART)) {
    total += Number(amount) * (UNITS[unit ?? ""] ?? 0);
    matched += part.length;
  }
  return matched === text.length && total > 0 ? total : undefined;
}

/** `90000` as `1m30s`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${seconds}s`;
  return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
}
