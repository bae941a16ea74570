import { RelativeDistinguishedNames } from "pkijs";

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

/** `CN=Intermediate CA,O=Istio,L=west`: the common name first, the rest in the order of the name. */
export function nameText(name: RelativeDistinguishedNames): string {
  const parts = name.typesAndValues.map(({ type, value }) => {
    const text = (value.valueBlock as { value?: unknown }).value;
    const shown = typeof text === "string" ? text.replaceAll(/[,\\]/g, String.raw`\$&`) : "?";
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
export function nameKey(name: RelativeDistinguishedNames): string {
  return JSON.stringify(
    name.typesAndValues.map(({ type, value }) => {
      const text = (value.valueBlock as { value?: unknown }).value;
      return typeof text === "string"
        ? [type, text.trim().replaceAll(/ +/g, " ").toLowerCase()]
        : [type, Buffer.from(value.valueBeforeDecodeView).toString("hex")];
    }),
  );
}

/**
 * A name that pkijs' engine compares by that key: by itself it asks for the collation tables of the
 * locale, which take longer to load than a certificate to parse.
 */
export class ComparableName extends RelativeDistinguishedNames {
  override isEqual(other: unknown): boolean {
    return other instanceof RelativeDistinguishedNames && nameKey(other) === nameKey(this);
  }
}
