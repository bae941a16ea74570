import type { BlockLine } from "../../model/view.ts";

/** The addresses of a Gateway, a line each. */
export function addressLines(addresses: readonly string[]): BlockLine[] {
  return addresses.length === 0
    ? [{ text: "Addresses: none" }]
    : [{ text: "Addresses:" }, ...addresses.map((address) => ({ text: `- ${address}` }))];
}
