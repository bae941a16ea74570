import { describe, expect, test } from "vitest";
import { hasReached } from "../../src/mesh/versions.ts";
import type { ClusterFixture } from "../support/mesh/cluster.ts";
import { find } from "../support/mesh/cluster.ts";
import { asOfMinor } from "../support/mesh/community-versions.ts";
import {
  clustersOf,
  faultsOf,
  part,
  reportOfFixtures,
  resultsOf,
} from "../support/community-run.ts";

/*
 * A healthy mesh of each kind, in each minor that is supported, raises nothing.
 */

const MINORS = [24, 25, 26, 27, 28, 29, 30, 31];

describe.each(["community-sidecar", "community-primary-remote", "community-ambient"])(
  "%s",
  (scenario) => {
    test.each(MINORS)("raises nothing with Istio 1.%i", async (minor) => {
      const ambient = scenario === "community-ambient";
      const clusters = asOfMinor(await clustersOf(scenario), minor, ambient);
      const report = await reportOfFixtures(clusters);
      expect(faultsOf(report)).toEqual([]);
      // It was taken for what it is, and of this minor.
      expect(resultsOf(report).get("remote-secrets")?.status).toBe("pass");
      expect(resultsOf(report).get("versions")?.summary).toBe(`istiod is 1.${minor} everywhere`);
    });
  },
);

/** Solo's peering has a condition more from 1.25 on, and its lines of 1.30 in a scenario of its own. */
const scenarioOf = (minor: number): string =>
  minor === 24 ? "healthy-1.24" : minor < 30 ? "healthy" : "healthy-1.30";

describe("peering", () => {
  test.each(MINORS)("raises nothing with Istio 1.%i", async (minor) => {
    const text = JSON.stringify(await clustersOf(scenarioOf(minor)));
    const changed = text.replaceAll(/1\.(24|28|30)\.\d+-solo/g, `1.${minor}.9-solo`);
    const report = await reportOfFixtures(JSON.parse(changed) as ClusterFixture[]);
    expect(faultsOf(report)).toEqual([]);
    expect(resultsOf(report).get("links")?.status).toBe("pass");
    const [cluster] = report.clusters;
    expect(hasReached(cluster?.istioVersion ?? "", `1.${minor}`)).toBe(true);
  });
});

describe("what some versions have besides", () => {
  test("a remote cluster is led by a name, as of a load balancer of AWS", async () => {
    const [first, second] = await clustersOf("community-primary-remote");
    const host = "a1b2c3.elb.us-east-1.example";
    find(first, "Service", "istio-eastwestgateway")["status"] = {
      loadBalancer: { ingress: [{ hostname: host }] },
    };
    const leading = part(find(second, "Service", "istiod"), "spec");
    Object.assign(leading, { type: "ExternalName", externalName: host });
    second.objects = second.objects.filter(({ kind }) => kind !== "EndpointSlice");
    expect(faultsOf(await reportOfFixtures([first, second]))).toEqual([]);
  });

  test("kubeconfigs in files, from 1.30 on, in place of remote secrets", async () => {
    const clusters = await clustersOf("community-sidecar");
    for (const fixture of clusters) {
      fixture.objects = fixture.objects.filter(
        ({ metadata }) => !metadata.name.startsWith("istio-remote-secret"),
      );
      const [container] = part(find(fixture, "Deployment", "istiod"), "spec", "template", "spec")[
        "containers"
      ] as { env: object[] }[];
      container?.env.push({
        name: "PILOT_MULTICLUSTER_KUBECONFIG_PATH",
        value: "/etc/istio/kubeconfigs",
      });
    }
    const report = await reportOfFixtures(clusters);
    expect(faultsOf(report)).toEqual([]);
    // What istiod says of the clusters that it reads counts all the same.
    expect(resultsOf(report).get("endpoints")?.status).toBe("pass");
    expect(resultsOf(report).get("cluster1/remote-clusters")?.status).toBe("pass");
  });
});
