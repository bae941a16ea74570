import { expect, test } from "vitest";
import { EAST_WEST_LISTENERS, exposesIstiod, linkListeners } from "../../src/mesh/listeners.ts";
import { eastWestGateway, labels } from "../support/facts.ts";

test("a link has a listener for data and one for discovery; with node ports the latter", () => {
  expect(linkListeners(false)).toEqual(EAST_WEST_LISTENERS);
  expect(linkListeners(false).map(({ name, port }) => `${name} ${port}`)).toEqual([
    "cross-network 15008",
    "xds-tls 15012",
  ]);
  expect(linkListeners(true).map(({ name }) => name)).toEqual(["xds-tls"]);
});

test("istiod is exposed by the label or by the listener", () => {
  const none = { labels: labels({}), listeners: [] };
  const listeners = [...EAST_WEST_LISTENERS];
  expect(exposesIstiod(eastWestGateway("a", none))).toBe(false);
  expect(exposesIstiod(eastWestGateway("a", { ...none, listeners }))).toBe(true);
  const label = labels({ "istio.io/expose-istiod": "15012" });
  expect(exposesIstiod(eastWestGateway("a", { ...none, labels: label }))).toBe(true);
});
