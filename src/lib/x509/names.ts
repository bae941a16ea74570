import { elementsIn, oidText, textOf, type Element } from "./der.ts";

/** One part of a name, such as its common name. */
export interface NamePart {
  /** `2.5.4.3` */
  type: string;
  value: Element;
}

const SHORT: Readonly<Record<string, string>> = {
  "2.5.4.3": "CN",
  "2.5.4.5": "serialNumber",
  "2.5.4.6": "C",
  "2.5.4.7": "L",
  "2.5.4.8": "ST",
  "2.5.4.9": "street",
  "2.5.4.10": "O",
  "2.5.4.11": "OU",
  "0.9.2342.19200300.100.1.25": "DC",
  "1.2.840.113549.1.9.1": "emailAddress",
};
const LONGEST = 256;

/** The parts of a Name: a sequence of sets of pairs of type and value. */
export function readName(name: Element): NamePart[] {
  return elementsIn(name.value)
    .flatMap((set) => elementsIn(set.value))
    .map((pair) => {
      const [type, value] = elementsIn(pair.value);
      if (!type || !value) throw new Error("malformed");
      return { type: oidText(type.value), value };
    });
}

/** `CN=Intermediate CA,O=Istio,L=west`: the common name first, the rest in the order of the name. */
export function nameText(name: readonly NamePart[]): string {
  const parts = name.map(({ type, value }) => {
    const shown = textOf(value)?.replaceAll(/[,\\]/g, String.raw`\$&`) ?? "?";
    return { common: type === "2.5.4.3", text: `${SHORT[type] ?? type}=${shown}` };
  });
  const ordered = [...parts.filter((part) => part.common), ...parts.filter((part) => !part.common)];
  const all = ordered.map(({ text }) => text).join(",");
  if (all === "") return "(no name)";
  return all.length > LONGEST ? `${all.slice(0, LONGEST)}…` : all;
}

/**
 * Equal for names that are equal by RFC 5280: whatever the kind of string, letter case and width of
 * spaces do not count.
 */
export function nameKey(name: readonly NamePart[]): string {
  return JSON.stringify(
    name.map(({ type, value }) => [
      type,
      textOf(value)?.trim().replaceAll(/ +/g, " ").toLowerCase() ?? [
        Buffer.from(value.bytes).toString("hex"),
      ],
    ]),
  );
}
