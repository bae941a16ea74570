import { expect, test } from "vitest";
import { spireTrust } from "../../../src/engine/artifacts/spire-trust.ts";
import { gathered, missing } from "../../../src/model/gathered.ts";
import type { EarlyCluster } from "../../../src/model/artifact.ts";
import { makeIntermediate, makeRoot } from "../../support/certificates.ts";
import { NOW } from "../../support/facts.ts";

const UNREAD = missing("forbidden", "no");
const USE = {
  signs: ["x"],
  byZtunnel: true,
  agents: [],
  drivers: [],
  ztunnelSockets: [],
};
const ref = (context: string): EarlyCluster["ref"] => ({ context, now: NOW });

test("of clusters without SPIRE nothing is judged, whatever was read", async () => {
  const none = { spireTrust: gathered({ servers: [], bundles: [] }) };
  const unread = { spireTrust: UNREAD, rootCertificate: UNREAD, intermediate: UNREAD };
  const matrix = await spireTrust.prepare([
    { ref: ref("a"), facts: none },
    { ref: ref("b"), facts: unread },
    { ref: ref("c"), facts: {} },
  ]);
  expect(matrix.pems.size + matrix.peers.size + matrix.istiodBySpire.size).toBe(0);
});

test("a bundle alone is judged by, and a CA without roots is not", async () => {
  const root = await makeRoot();
  const istiod = await makeIntermediate(root);
  const bundles = [gathered({ namespace: "s", name: "b", pem: root.pem })];
  const intermediate = gathered({
    secret: "cacerts" as const,
    keys: [],
    certificate: istiod.pem,
  });
  const upstream = {
    namespace: "s",
    configMap: "c",
    config: { authorities: [{ name: "disk", bundleFile: "/b" }] },
    upstream: gathered({ name: "u", certificate: istiod.pem }),
  };
  const matrix = await spireTrust.prepare([
    {
      ref: ref("a"),
      facts: {
        spire: gathered(USE),
        spireTrust: gathered({ servers: [], bundles }),
        rootCertificate: gathered({ missing: true as const }),
        intermediate,
      },
    },
    {
      ref: ref("b"),
      facts: {
        spire: gathered(USE),
        spireTrust: gathered({ servers: [upstream], bundles: [] }),
      },
    },
    { ref: ref("c"), facts: { spire: gathered(USE), spireTrust: UNREAD } },
  ]);
  expect(matrix.istiodBySpire.get("a")).toMatchObject({ ok: true });
  expect(matrix.spireByIstiod.size).toBe(0);
  expect(matrix.upstreams.size).toBe(0);
  expect(matrix.peers.get("a")?.has("c")).toBe(false);
  expect(matrix.peers.get("c")?.size).toBe(0);
  // Its path length is 0, and SPIRE's server puts a CA below it.
  expect(matrix.peers.get("a")?.get("b")).toMatchObject({ ok: false, fault: "path-length" });
});
