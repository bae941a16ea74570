import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type PemItem, readPem, readPemItems } from "../../../src/lib/x509/pem.ts";
import { publicPem } from "../../../src/lib/x509/public-pem.ts";
import { makeIntermediate, makeRevocationList, makeRoot } from "../../support/certificates.ts";

const root = await makeRoot();
const { pem } = root;
const list = await makeRevocationList(root, []);
const body = pem.replaceAll(/-----.*-----|\s/g, "");
const block = (content: string, label = "CERTIFICATE"): string =>
  `-----BEGIN ${label}-----\n${content}${content && "\n"}-----END ${label}-----\n`;

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const keyBody = key.split("\n")[1] ?? "";
const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, "  ");

describe("what is kept of a PEM text", () => {
  it.each([
    ["nothing of an empty one", "", ""],
    ["nothing of no PEM", "garbage", ""],
    ["a certificate", pem, pem],
    [
      "one without a last line end, to which the next text would be glued",
      pem.trimEnd(),
      pem.trimEnd(),
    ],
    ["CRLF becomes LF", pem.replaceAll("\n", "\r\n"), pem],
    ["no text around it", `Subject: x\n${pem}trailing garbage\n`, pem],
    ["a revocation list", list + pem, list + pem],
    ["of a key that it was there", `${pem}${key}${pem}`, pem + block("", "OTHER") + pem],
    ["an empty block", block(""), block("")],
    ["of what is no certificate that it is none", block("AAAA"), block("AA==")],
    ["of a key in place of one that it is none", block(keyBody), block("AA==")],
    [
      "of a key in place of a list that it is none",
      block(keyBody, "X509 CRL"),
      block("AA==", "X509 CRL"),
    ],
    [
      "of data behind a certificate that it is none",
      block(
        Buffer.from(`${Buffer.from(body, "base64").toString("latin1")}x`, "latin1").toString(
          "base64",
        ),
      ),
      block("AA=="),
    ],
    ["that it was cut off", `-----BEGIN CERTIFICATE-----\n${body}`, "-----BEGIN CERTIFICATE-----"],
    [
      "a glued pair",
      pem.trimEnd() + pem,
      "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE----- #\n-----END CERTIFICATE----------BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
    ],
    ["an indentation", indented(pem), "  -----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"],
    [
      "that header lines were there",
      block(`a: hunter2\n\n${body}`),
      block(`Header: #\n\n${pem.split("\n").slice(1, -2).join("\n")}`),
    ],
  ])("%s", (_, text, expected) => {
    expect(publicPem(text)).toBe(expected);
    expect(publicPem(expected)).toBe(expected);
  });

  it("has the names of other forms, and nothing of what they hold", () => {
    expect(publicPem(block("AAAA", "TRUSTED CERTIFICATE"))).toBe(block("", "TRUSTED CERTIFICATE"));
  });

  it("is never a key, of any kind and under any heading", () => {
    const rsa = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey;
    const ed25519 = generateKeyPairSync("ed25519").privateKey;
    const options = { format: "der" } as const;
    const ders = [
      privateKey.export({ ...options, type: "sec1" }),
      privateKey.export({ ...options, type: "pkcs8" }),
      rsa.export({ ...options, type: "pkcs1" }),
      rsa.export({ ...options, type: "pkcs8" }),
      ed25519.export({ ...options, type: "pkcs8" }),
      rsa.export({ ...options, type: "pkcs8", cipher: "aes-256-cbc", passphrase: "x" }),
    ].map((der) => der.toString("base64"));
    for (const der of ders) {
      for (const label of ["CERTIFICATE", "X509 CRL", "PKCS7", "PRIVATE KEY", der]) {
        const whole = block(der, label);
        for (const text of [
          whole,
          indented(whole),
          whole.trimEnd() + whole,
          whole.replaceAll("\n", String.raw`\n`),
          `${whole}${der}\n${pem}`,
          whole.slice(0, -20),
        ]) {
          expect(publicPem(text)).not.toContain(der.slice(0, 20));
        }
      }
    }
  });
});

const PIECES = [
  ...["CERTIFICATE", "X509 CRL", "X"].flatMap((label) => [
    `-----BEGIN ${label}-----`,
    `-----END ${label}-----`,
  ]),
  "\n",
  "\n",
  "\n",
  "\r\n",
  " ",
  "\t",
  "AAAA",
  "AA==",
  "A",
  "#",
  "a: b",
  String.raw`\n`,
  "-----",
  block("AAAA"),
];

/** An item as it is read again from what is kept. */
function kept(item: PemItem): PemItem {
  const label = ["CERTIFICATE", "X509 CRL"].includes(item.label) ? item.label : "OTHER";
  if (item.kind === "block") {
    return { ...item, label, body: item.body === "" || label === "OTHER" ? "" : "AA==" };
  }
  return { ...item, label };
}

it("has the faults of the text, whatever that is, and keeps them", () => {
  const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 15 }).map((all) => all.join(""));
  fc.assert(
    fc.property(text, (given) => {
      const once = publicPem(given);
      expect(readPemItems(once)).toEqual(readPemItems(given).map(kept));
      expect(readPem(once).problems).toEqual(readPem(given).problems);
      expect(publicPem(once)).toBe(once);
    }),
    { numRuns: 2000 },
  );
});

it("gives the same certificates, in any company", async () => {
  const other = (await makeIntermediate(root)).pem;
  const text = `${pem}${key}${indented(pem)}${other}`;
  expect(readPem(publicPem(text))).toEqual(readPem(text));
  expect(readPem(text).certificates).toHaveLength(2);
});
