import ipaddr from "ipaddr.js";

/** A range of addresses in CIDR notation, and whose it is. */
export interface OwnedRange<T> {
  /** `10.244.0.0/24`, `fd00::/64`; what is no such range counts as none. */
  cidr: string;
  owner: T;
}

interface Bounds<T> extends OwnedRange<T> {
  first: bigint;
  last: bigint;
}

function boundsOf<T>(range: OwnedRange<T>): { family: string; bounds: Bounds<T> }[] {
  const isRange =
    ipaddr.IPv4.isValidCIDRFourPartDecimal(range.cidr) || ipaddr.IPv6.isValidCIDR(range.cidr);
  if (!isRange) return [];
  const [address, length] = ipaddr.parseCIDR(range.cidr);
  const bytes = address.toByteArray();
  const value = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  const size = 1n << BigInt(bytes.length * 8 - length);
  // Bits beyond the prefix mean nothing.
  const first = value - (value % size);
  return [{ family: address.kind(), bounds: { ...range, first, last: first + size - 1n } }];
}

/**
 * Pairs of ranges of different owners that have addresses in common, of each pair of owners the
 * first found. Two ranges are apart or one holds the other, so that one walk through them in their
 * order finds all.
 */
export function overlaps<T>(ranges: readonly OwnedRange<T>[]): [OwnedRange<T>, OwnedRange<T>][] {
  const found: [OwnedRange<T>, OwnedRange<T>][] = [];
  const seen = new Map<T, Set<T>>();
  const add = (outer: OwnedRange<T>, inner: OwnedRange<T>): void => {
    const others = seen.get(outer.owner) ?? new Set();
    if (outer.owner === inner.owner || others.has(inner.owner)) return;
    if (seen.get(inner.owner)?.has(outer.owner)) return;
    seen.set(outer.owner, others.add(inner.owner));
    found.push([outer, inner]);
  };
  const families = Map.groupBy(ranges.flatMap(boundsOf), ({ family }) => family);
  for (const family of families.values()) {
    const ordered = family
      .map(({ bounds }) => bounds)
      .toSorted((a, b) => compare(a.first, b.first) || compare(b.last, a.last));
    // Ranges that hold the one at hand, the widest first.
    let around: Bounds<T>[] = [];
    for (const range of ordered) {
      around = around.filter(({ last }) => last >= range.first);
      for (const outer of around) add(outer, range);
      // Of the same owner the widest is enough.
      if (around.every(({ owner }) => owner !== range.owner)) around.push(range);
    }
  }
  return found;
}

function compare(a: bigint, b: bigint): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
