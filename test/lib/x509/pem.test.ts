import { describe, expect, test } from "vitest";
import { readPem, readPemItems } from "../../../src/lib/x509/pem.ts";

const BODY = "AAECAwQFBgcICQoLDA0ODw==";
const BYTES = [...Array(16).keys()];
const block = (body = BODY, label = "CERTIFICATE"): string =>
  `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;

function read(text: string): { certificates: number[][]; problems: string[] } {
  const { certificates, problems } = readPem(text);
  return { certificates: certificates.map((der) => [...der]), problems };
}

describe("what counts as a certificate", () => {
  test.for([
    ["one block", block()],
    ["CRLF line ends", block().replaceAll("\n", "\r\n")],
    ["no line break at the end", block().trimEnd()],
    ["lines of four characters", block(BODY.replaceAll(/.{4}/g, "$&\n"))],
    ["text before and after", `subject=CN = Root CA\n\n${block()}trailing words\n`],
    ["spaces at the ends of lines and within", block(` ${BODY.slice(0, 4)} ${BODY.slice(4)}  `)],
    ["a block of another kind beside it", block("AAAA", "RSA PRIVATE KEY") + block()],
  ])("%s", ([, text]) => {
    expect(read(text ?? "")).toEqual({ certificates: [BYTES], problems: [] });
  });

  test("every block of several", () => {
    expect(read(block() + block()).certificates).toHaveLength(2);
  });

  test("nothing of an empty text", () => {
    expect(read("")).toEqual({ certificates: [], problems: [] });
    expect(read("\n  \n")).toEqual({ certificates: [], problems: [] });
  });
});

describe("what is left out is said", () => {
  const indented = block().replaceAll(/^(?=.)/gm, "  ");
  test.for([
    ["cut off", block().slice(0, 40), "block 1 has no END line"],
    ["cut off before another", `-----BEGIN CERTIFICATE-----\n${BODY}\n`, "block 1 has no END line"],
    ["no begin", `${BODY}\n-----END CERTIFICATE-----\n`, "an END line has no BEGIN line"],
    ["empty", block(""), "block 1 is empty"],
    ...["TRUSTED CERTIFICATE", "X509 CERTIFICATE", "PKCS7"].map(
      (label): [string, string, string] => [
        label,
        block(BODY, label),
        `block 1 is ${label}, which Go does not take for a certificate`,
      ],
    ),
    ["not base64", block("AA!="), "block 1 is not base64"],
    ["a character short", block(BODY.slice(1)), "block 1 is not base64"],
    [
      "names differ",
      block().replace("END CERTIFICATE", "END X509"),
      "block 1 begins and ends with different names",
    ],
    ["indented", indented, "the BEGIN line of block 1 is indented"],
    [
      "a byte order mark before it",
      `\uFEFF${block()}`,
      "the BEGIN line of block 1 has other text, or a byte order mark, before it",
    ],
    [
      "text after BEGIN",
      block().replace("\n", " x\n"),
      "the BEGIN line of block 1 has other text after it",
    ],
    [
      "a BEGIN line that does not end",
      block().replace("E-----\n", "E----\n"),
      "block 1 begins and ends with different names",
    ],
    [
      "text after END",
      `${block().trimEnd()} x\n`,
      "the END line of block 1 has other text after it",
    ],
    [
      "END indented alone",
      block().replace("-----END", " -----END"),
      "the END line of block 1 is indented or has other text before it",
    ],
    [
      "the characters backslash and n",
      block().replaceAll("\n", String.raw`\n`),
      String.raw`block 1 has the characters \n in place of line breaks`,
    ],
    ["header lines", block(`a: b\n\n${BODY}`), "block 1 has header lines"],
    ["header lines up to its end", block("a: b"), "block 1 is not base64"],
  ])("%s", ([, text = "", problem]) => {
    const alone = read(text);
    expect(alone.certificates).toEqual([]);
    expect(alone.problems).toContain(problem);
    const withGoodOne = read(text.endsWith("\n") ? text + block() : `${text}\n${block()}`);
    expect(withGoodOne.certificates).toEqual([BYTES]);
    expect(withGoodOne.problems).toContain(problem);
  });

  test("two files joined without a line break lose both certificates, as in Go", () => {
    const { certificates, problems } = read(block().trimEnd() + block() + block());
    expect(certificates).toHaveLength(1);
    expect(problems).toEqual([
      "the END line of block 1 has other text after it",
      "block 2 begins on the line that ends another (a line break is missing)",
    ]);
  });

  test("a text without a line break, however it is written", () => {
    expect(read(block().replaceAll("\n", " ")).problems).toEqual([
      "the BEGIN line of block 1 has other text after it",
    ]);
    expect(read(block().replaceAll("\n", "\r"))).toEqual({
      certificates: [],
      problems: ["the BEGIN line of block 1 has other text after it"],
    });
  });

  test("a first block that is no certificate", () => {
    expect(readPem(block("AAAA", "X") + block()).otherFirst).toBe(true);
    expect(readPem(block() + block("AAAA", "X")).otherFirst).toBe(false);
    expect(readPem("").otherFirst).toBe(false);
  });

  test("revocation lists apart from certificates", () => {
    const found = readPem(block(BODY, "X509 CRL") + block("AAAA"));
    expect(found.crls.map((der) => [...der])).toEqual([BYTES]);
    expect(found.certificates).toHaveLength(1);
  });
});

/** Labels of the blocks that `pem.Decode` of Go 1.26 gives, asked there once for each text. */
describe("odd texts that Go was asked about", () => {
  test.for([
    [
      "BEGIN right after an END that ends nothing",
      "\n-----END -----BEGIN X-----\n-----END X-----",
      ["X"],
    ],
    ["a label of nothing", "-----BEGIN -----\n-----END -----", [""]],
    [
      "headers that run over END",
      "-----BEGIN X-----\na: b\n-----END X-----:\nAAAA\n-----END X-----",
      [],
    ],
    ["headers to the end of the text", "-----BEGIN X-----\na: b\n-----END X-----: x", []],
    ["END with white space after it", "-----BEGIN X-----\n-----END X----- \t\r\n", ["X"]],
    ["END with the label only in part", "-----BEGIN X-----\n-----END X", []],
    [
      "a BEGIN within a block",
      "-----BEGIN X-----\nAAAA\n-----BEGIN Y-----\n-----END Y-----",
      ["Y"],
    ],
    ["data after the padding", "-----BEGIN X-----\nAA==AAAA\n-----END X-----", []],
  ] as const)("%s", ([, text, labels]) => {
    const blocks = readPemItems(text).filter(({ kind }) => kind === "block");
    expect(blocks.map(({ label }) => label)).toEqual(labels);
  });
});
