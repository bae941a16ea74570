import { describe, expect, test } from "vitest";
import { readPem } from "../../../src/lib/x509/pem.ts";

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
  test.for([
    ["cut off", block().slice(0, 40), "block 1 has no END line"],
    ["cut off before another", `-----BEGIN CERTIFICATE-----\n${BODY}\n`, "block 1 has no END line"],
    ["no begin", `${BODY}\n-----END CERTIFICATE-----\n`, "an END line has no BEGIN line"],
    ["empty", block(""), "block 1 is empty"],
    ["not base64", block("AA!="), "block 1 is not base64"],
    ["a character short", block(BODY.slice(1)), "block 1 is not base64"],
    [
      "names differ",
      block().replace("END CERTIFICATE", "END X509"),
      "block 1 begins and ends with different names",
    ],
    ["indented", block().replaceAll(/^/gm, "  "), "a BEGIN or END line has other text on it"],
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
    expect(problems).toEqual(["a BEGIN or END line has other text on it"]);
  });
});
