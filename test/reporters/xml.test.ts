import { describe, expect, test } from "vitest";
import { elements, parseXml } from "./xml.ts";

describe("the reader of XML that tests use", () => {
  test("reads elements, attributes, text and entities", () => {
    const root = parseXml(
      '<?xml version="1.0"?>\n<a x="1 &lt;&#39;"><b/>t &amp; u<b y="2">v</b></a>\n',
    );
    expect(root.attributes).toEqual({ x: "1 <'" });
    expect(elements(root, "b")).toHaveLength(2);
    expect(root.text).toBe("t & uv");
  });

  test.each([
    ["<a>", "no end"],
    ["<a></b>", "ends <a>"],
    ["<a><b></a></b>", "ends <b>"],
    ["<a/><b/>", "not one root"],
    ["<a x=1/>", "not well-formed"],
    ['<a x="1" x="2"/>', "twice"],
    ['<a x="<"/>', "not well-formed"],
    ["<a>&</a>", "no entity"],
    ["<a>&nbsp;</a>", "no entity"],
    ["<a>]]></a>", "not escaped"],
    ["<a>\u0001</a>", "does not allow"],
    ["<a>\uFFFE</a>", "does not allow"],
    ["<a>\uD800</a>", "does not allow"],
    ["<a><!-- x --></a>", "not well-formed"],
    ["text", "not one root"],
  ])("refuses %j", (source, problem) => {
    expect(() => parseXml(source)).toThrow(problem);
  });
});
