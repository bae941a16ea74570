import { expect, test } from "vitest";
import {
  bundleText,
  certificatesOf,
  upstreamCas,
  upstreamsOf,
} from "../../../src/mesh/spire/trust.ts";
import { gathered, missing } from "../../../src/model/gathered.ts";
import type { SpireServerFact } from "../../../src/model/spire.ts";

const UNREAD = missing("forbidden", "no");
const SERVER: SpireServerFact = {
  namespace: "spire-server",
  configMap: "spire-server",
  config: { authorities: [{ name: "disk", bundleFile: "/ca/bundle.crt" }] },
  upstream: gathered({ name: "ca", certificate: "x" }),
};

test("the roots of all bundles are one text", () => {
  const one = { namespace: "a", name: "b" };
  const bundles = [gathered({ ...one, pem: "1" }), gathered({ ...one, spiffe: "2" }), UNREAD];
  expect(bundleText({ bundles }).replaceAll(/\s+/g, " ")).toBe("1 2 ");
});

test("upstream CAs are those that were read, with their configuration", () => {
  const found = { namespace: "spire-server", configMap: "spire-server", hasBundleFile: true };
  expect(upstreamCas({ servers: [SERVER] })).toEqual([
    { ...found, secret: { name: "ca", certificate: "x" } },
  ]);
  expect(upstreamCas({ servers: [{ ...SERVER, config: { authorities: [] } }] })).toMatchObject([
    { hasBundleFile: false },
  ]);
  const { configMap: _configMap, ...anonymous } = SERVER;
  const { upstream: _upstream, ...without } = SERVER;
  const unreadable = { ...SERVER, config: { unreadable: "x" } };
  const servers = [anonymous, without, unreadable, { ...SERVER, upstream: UNREAD }];
  expect(upstreamCas({ servers })).toEqual([]);
  expect([upstreamsOf(undefined), upstreamsOf(UNREAD)]).toEqual([[], []]);
});

test("of a text that was not read there are no certificates", () => {
  expect(certificatesOf({ pems: new Map() }, undefined)).toEqual([]);
});
