import { afterEach, describe, expect, it } from "vitest";
import { loadAll } from "js-yaml";
import { type Clusters, startClusters } from "../support/cli.ts";

/* Clusters whose Gateway API has no v1 yet get what they serve. */

let clusters: Clusters;
afterEach(() => clusters.close());

const OLD = {
  faults: [
    {
      kind: "status" as const,
      status: 404,
      body: "404 page not found\n",
      headers: { "content-type": "text/plain" },
      match: { path: "/apis/gateway.networking.k8s.io/v1/" },
    },
  ],
};

function versions(yaml: string): unknown[] {
  return loadAll(yaml).map((document) => (document as { apiVersion: unknown }).apiVersion);
}

describe("what is generated is of the version that the cluster serves", () => {
  it("by expose", async () => {
    clusters = await startClusters("unlinked", {
      server: (context) => (context === "cluster1" ? OLD : {}),
    });
    for (const [context, version] of [
      ["cluster1", "v1beta1"],
      ["cluster2", "v1"],
    ]) {
      const { code, stdout } = await clusters.mc(["expose", "--generate", `--context=${context}`]);
      expect(code).toBe(0);
      expect(versions(stdout)).toEqual([`gateway.networking.k8s.io/${version}`]);
    }
  });

  it("by link, for each source its own", async () => {
    clusters = await startClusters("unlinked", {
      server: (context) => (context === "cluster1" ? OLD : {}),
    });
    const line = ["link", "--generate", "--contexts=cluster1,cluster2", "-n", "istio-eastwest"];
    const { code, stdout } = await clusters.mc(line);
    expect(code).toBe(0);
    expect(versions(stdout)).toEqual([
      "gateway.networking.k8s.io/v1beta1",
      "gateway.networking.k8s.io/v1",
    ]);
    const anybody = await clusters.mc(["link", "--generate", "--context=cluster1"]);
    expect(versions(anybody.stdout)).toEqual(["gateway.networking.k8s.io/v1"]);
  });
});
