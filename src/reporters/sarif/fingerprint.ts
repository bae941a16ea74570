import type { Finding } from "../../model/report.ts";

const MASK = (1n << 64n) - 1n;

/** FNV-1a, 64 bits, as 16 hex digits: to tell findings apart, not to keep secrets. */
function hash(text: string): string {
  let value = 0xcbf29ce484222325n;
  for (const unit of new TextEncoder().encode(text)) {
    value = ((value ^ BigInt(unit)) * 0x100000001b3n) & MASK;
  }
  return value.toString(16).padStart(16, "0");
}

/**
 * Gives each finding of a report a fingerprint that is the same in the next report: of its check,
 * its cluster, its object and its message without the numbers, which may be ages and counts.
 */
export function fingerprints(): (
  id: string,
  context: string | undefined,
  finding: Finding,
) => Record<string, string> {
  const seen = new Map<string, number>();
  return (id, context, { cluster, object, message }) => {
    const plain = message.slice(0, 2000).replaceAll(/\d+/g, "0");
    const key = JSON.stringify([
      id,
      context ?? cluster,
      object?.kind,
      object?.namespace,
      object?.name,
      plain,
    ]);
    const before = seen.get(key) ?? 0;
    seen.set(key, before + 1);
    const value = hash(`${key}${before}`);
    // The second name is the one that GitHub compares.
    return { "mcFinding/v1": value, primaryLocationLineHash: `${value}:1` };
  };
}
