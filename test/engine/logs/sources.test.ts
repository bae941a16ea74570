import { expect, test } from "vitest";
import { targetOf } from "../../../src/engine/logs/sources.ts";
import { pod } from "../../support/facts.ts";

test.each([
  ["the usual one", ["proxy", "discovery"], {}, "discovery"],
  ["the first, where none has the usual name", ["pilot", "proxy"], {}, "pilot"],
  ["the usual one, where none is known", [], {}, "discovery"],
  ["the one that fails", ["discovery", "proxy"], { failing: "proxy" }, "proxy"],
])("the container whose log is read is %s", (_, containers, changes, expected) => {
  const images = containers.map((container) => ({ container, image: "registry.example/x:1" }));
  expect(targetOf(pod({ images, ...changes }), "istiod").container).toBe(expected);
});
