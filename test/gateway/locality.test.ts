import { describe, expect, it } from "vitest";
import { localityOf } from "../../src/gateway/locality.ts";
import { labels, node } from "../support/facts.ts";

const REGION = "topology.kubernetes.io/region";
const ZONE = "topology.kubernetes.io/zone";

function nodes(...places: [region?: string, zone?: string][]) {
  return places.map(([region, zone], index) =>
    node({
      name: `node-${index}`,
      labels: labels({
        ...(region ? { [REGION]: region } : {}),
        ...(zone ? { [ZONE]: zone } : {}),
      }),
    }),
  );
}

describe("localityOf", () => {
  it("is what all nodes agree on", () => {
    expect(localityOf(nodes(["us", "us-1a"], ["us", "us-1a"]))).toEqual({
      region: "us",
      zone: "us-1a",
      notes: [],
    });
  });

  it("leaves out the zone that nodes differ in", () => {
    const { notes, ...locality } = localityOf(nodes(["us", "us-1b"], ["us", "us-1a"]));
    expect(locality).toEqual({ region: "us" });
    expect(notes).toEqual([
      `nodes differ in ${ZONE} (us-1a, us-1b): zone left out; --region with --zone sets it`,
    ]);
  });

  it("leaves out both where nodes differ in region", () => {
    const { notes, ...locality } = localityOf(nodes(["us", "z"], ["eu", "z"]));
    expect(locality).toEqual({});
    expect(notes).toEqual([
      `nodes differ in ${REGION} (eu, us): region and zone left out; --region and --zone set them`,
    ]);
  });

  it("counts a node without the label as one that differs", () => {
    expect(localityOf(nodes(["us", "z"], [])).notes[0]).toContain(`${REGION} (none, us)`);
  });

  it("says so where no node has the labels, or there is no node", () => {
    expect(localityOf(nodes([]))).toEqual({
      notes: [expect.stringContaining(`no label ${REGION}`)],
    });
    expect(localityOf(nodes(["us"]))).toEqual({
      region: "us",
      notes: [expect.stringContaining(`no label ${ZONE}`)],
    });
    expect(localityOf([]).notes).toHaveLength(1);
  });
});
