import type { Finding } from "../model/report.ts";
import { identityOf } from "../lib/identity.ts";

const MASK = (1n << 64n) - 1n;

/** FNV-1a, 64 bits, as 16 hex digits: to tell findings apart, not to keep secrets. */
function hash(text: string): string {
  let value = 0xcbf29ce484222325n;
  for (const unit of new TextEncoder().encode(text)) {
    value = ((value ^ BigInt(unit)) * 0x100000001b3n) & MASK;
  }
  return value.toString(16).padStart(16, "0");
}

/** Gives each finding of a report a hash that is the same in the next report, and no other's. */
export function fingerprints(): (
  id: string,
  context: string | undefined,
  finding: Finding,
) => string {
  const seen = new Map<string, number>();
  return (id, context, finding) => {
    const key = identityOf(id, context, finding);
    const before = seen.get(key) ?? 0;
    seen.set(key, before + 1);
    return hash(`${key}${before}`);
  };
}
