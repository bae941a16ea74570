import { describe, expect, it } from "vitest";
import { fieldSelector, labelSelector, selects } from "../../src/lib/selector.ts";

const object = (labels: Record<string, unknown>) => ({
  metadata: { name: "one", namespace: "here", labels },
});

describe("labelSelector", () => {
  const selected: [string, Record<string, unknown>, boolean][] = [
    ["", {}, true],
    ["app=istiod", { app: "istiod" }, true],
    ["app == istiod", { app: "istiod" }, true],
    ["app=istiod", { app: "ztunnel" }, false],
    ["app=istiod", {}, false],
    ["app=", { app: "" }, true],
    ["app=", {}, false],
    ["app!=istiod", {}, true],
    ["app!=istiod", { app: "istiod" }, false],
    ["app in (istiod,ztunnel)", { app: "ztunnel" }, true],
    ["app in ( istiod , ztunnel )", { app: "istiod" }, true],
    ["app in (istiod,ztunnel)", {}, false],
    ["app notin (istiod)", {}, true],
    ["app notin (istiod)", { app: "istiod" }, false],
    ["a.b/c", { "a.b/c": "" }, true],
    ["a.b/c", {}, false],
    ["!a.b/c", {}, true],
    ["! a", { a: "1" }, false],
    ["a>3", { a: "4" }, true],
    ["a<3", { a: "4" }, false],
    ["a>3", { a: "four" }, false],
    ["a>3", {}, false],
    ["a=b,c in (d,e),!f", { a: "b", c: "e" }, true],
    ["a=b,c in (d,e),!f", { a: "b", c: "e", f: "" }, false],
    ["a=true,b=1", { a: true, b: 1 }, true],
    ["constructor", {}, false],
  ];
  it.each(selected)("%j on %j is %s", (selector, labels, expected) => {
    expect(labelSelector(selector)(object(labels))).toBe(expected);
  });

  it("finds no labels on an object without metadata", () => {
    expect(labelSelector("a")({})).toBe(false);
    expect(labelSelector("!a")({ metadata: null })).toBe(true);
  });

  it.each(["a b", "a in", "a in (b", ",", "a=b,", "=b"])("refuses %j", (selector) => {
    expect(() => labelSelector(selector)).toThrow("cannot parse the label selector");
  });
});

describe("fieldSelector", () => {
  it("compares fields by path", () => {
    expect(fieldSelector("metadata.name=one")(object({}))).toBe(true);
    expect(fieldSelector("metadata.name==two")(object({}))).toBe(false);
    expect(fieldSelector("metadata.name!=two,metadata.namespace=here")(object({}))).toBe(true);
    expect(fieldSelector("status.phase=")(object({}))).toBe(true);
    expect(fieldSelector("")(object({}))).toBe(true);
  });

  it("refuses what has no operator", () => {
    expect(() => fieldSelector("metadata.name")).toThrow("cannot parse the field selector");
  });
});

describe("selects", () => {
  it("takes namespace and both selectors together", () => {
    const one = object({ app: "istiod" });
    expect(selects({})(one)).toBe(true);
    expect(selects({ namespace: "here", labelSelector: "app=istiod" })(one)).toBe(true);
    expect(selects({ namespace: "there" })(one)).toBe(false);
    expect(selects({ fieldSelector: "metadata.name=two" })(one)).toBe(false);
  });
});
