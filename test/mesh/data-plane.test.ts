import { expect, test } from "vitest";
import { offersNodePorts, prefersNodePorts } from "../../src/mesh/data-plane.ts";
import { labels } from "../support/facts.ts";

test.each([
  ["NodePort", true],
  [" nodeport ", true],
  ["LoadBalancer", false],
  ["", false],
])("an annotation of %j asks for node ports: %s", (value, asked) => {
  const offers = { annotations: labels({ "peering.solo.io/data-plane-service-type": value }) };
  const preferred = "peering.solo.io/preferred-data-plane-service-type";
  const prefers = { annotations: labels({ [preferred]: value }) };
  expect(offersNodePorts(offers)).toBe(asked);
  expect(prefersNodePorts(prefers)).toBe(asked);
  expect(offersNodePorts(prefers)).toBe(false);
  expect(prefersNodePorts(offers)).toBe(false);
});
