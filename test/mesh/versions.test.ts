import { describe, expect, test } from "vitest";
import {
  compareVersions,
  hasMinor,
  hasReached,
  minorOf,
  parseImage,
  parseVersion,
  versionOf,
  type IstioVersion,
} from "../../src/mesh/versions.ts";

function version(text: string): IstioVersion {
  const parsed = parseVersion(text);
  if (!parsed) throw new Error(`${text} is no version`);
  return parsed;
}

const DIGEST = `sha256:${"0f".repeat(32)}`;

describe("parseImage", () => {
  test.each([
    ["pilot", { repository: "pilot", tag: "latest" }],
    ["pilot:", { repository: "pilot", tag: "latest" }],
    ["docker.io/istio/pilot:1.28.5", { repository: "docker.io/istio/pilot", tag: "1.28.5" }],
    ["registry:5000/istio/pilot", { repository: "registry:5000/istio/pilot", tag: "latest" }],
    ["registry:5000/pilot:1.28.5-solo", { repository: "registry:5000/pilot", tag: "1.28.5-solo" }],
    [`r.example/pilot@${DIGEST}`, { repository: "r.example/pilot", digest: DIGEST }],
    [
      `r.example:443/pilot:1.28.5-solo@${DIGEST}`,
      { repository: "r.example:443/pilot", tag: "1.28.5-solo", digest: DIGEST },
    ],
    ["", { repository: "", tag: "latest" }],
  ])("%s", (reference, parts) => {
    expect(parseImage(reference)).toEqual(parts);
  });
});

describe("parseVersion", () => {
  test.each([
    ["1.28.5-solo", "1.28.5-solo", true],
    ["v1.28.5-solo", "1.28.5-solo", true],
    ["1.28.5-solo-distroless", "1.28.5-solo", true],
    ["1.28.5-solo-fips", "1.28.5-solo-fips", true],
    ["1.28.5-solo-fips-distroless", "1.28.5-solo-fips", true],
    ["1.28.5-fips-solo", "1.28.5-solo-fips", true],
    ["1.26.1-patch0-solo", "1.26.1-patch0-solo", true],
    ["1.26.1-patch12-solo-fips", "1.26.1-patch12-solo-fips", true],
    ["1.28.5-SOLO", "1.28.5-solo", true],
    ["1.28.5-solo.2", "1.28.5-solo", true],
    ["1.28.5-solo-mirror.7", "1.28.5-solo", true],
    ["1.29.0-alpha.0-solo", "1.29.0-alpha.0-solo", true],
    ["1.29-alpha.1a2b3c", "1.29.0-alpha.1a2b3c", false],
    ["1.29-dev", "1.29.0-dev", false],
    ["1.28.0-rc.1", "1.28.0-rc.1", false],
    ["1.28.5", "1.28.5", false],
    ["1.28.5-distroless", "1.28.5", false],
    ["1.28.5-soloist", "1.28.5", false],
    [" 1.28 ", "1.28.0", false],
  ])("%s", (text, canonical, solo) => {
    const parsed = version(text);
    expect(parsed.text).toBe(canonical);
    expect(parsed.solo).toBe(solo);
  });

  test("gives the parts", () => {
    expect(parseVersion("1.26.1-patch0-solo")).toEqual({
      major: 1,
      minor: 26,
      patch: 1,
      solo: true,
      patchLevel: 0,
      text: "1.26.1-patch0-solo",
    });
    expect(parseVersion("1.29.0-beta.2")).toMatchObject({ prerelease: "beta.2", solo: false });
  });

  test.each(["", "latest", "solo", "1", "1.28.5.1", "2026.01.15", "1.28.x", "a1.28.5", "1.28.5 b"])(
    "%j is no version",
    (text) => {
      expect(parseVersion(text)).toBeUndefined();
    },
  );

  test("takes a huge text in its stride", () => {
    expect(parseVersion("1.".repeat(100_000))).toBeUndefined();
    expect(parseVersion(`1.28.5${"-x".repeat(100_000)}`)?.text).toBe("1.28.5");
  });
});

test("versions compare in the order of their release", () => {
  const order = [
    "0.9.0",
    "1.24.3-alpha.0-solo",
    "1.24.3-solo",
    "1.26.1",
    "1.26.1-patch0-solo",
    "1.26.1-patch1",
    "1.26.2",
    "2.0.0",
  ].map(version);
  expect(order.toReversed().toSorted(compareVersions)).toEqual(order);
  expect(compareVersions(version("1.28.5-solo"), version("1.28.5-fips"))).toBe(0);
});

test("a minor is reached by its prereleases too", () => {
  expect(hasMinor(version("1.27.9"), 1, 28)).toBe(false);
  expect(hasMinor(version("1.28.0-alpha.0"), 1, 28)).toBe(true);
  expect(hasMinor(version("2.0.0"), 1, 28)).toBe(true);
  expect(minorOf(version("1.28.5-solo"))).toBe("1.28");
});

const image = (container: string, name: string) => ({ container, image: name });

describe("versionOf", () => {
  test("the tag of the named container", () => {
    const images = [image("vault", "vault:1.2.3"), image("discovery", "r/pilot:1.28.5-solo")];
    expect(versionOf({ images }, "discovery").version?.text).toBe("1.28.5-solo");
  });

  test("the tag wins over the label, beside a digest too", () => {
    const images = [image("discovery", `r/pilot:1.28.5@${DIGEST}`)];
    const found = versionOf({ images, versionLabel: "1.28.6-solo" }, "discovery");
    expect(found.version?.text).toBe("1.28.5");
  });

  test("the only container, whatever its name", () => {
    const images = [image("proxy", "r/ztunnel:1.28.5-solo")];
    expect(versionOf({ images }, "istio-proxy").version?.text).toBe("1.28.5-solo");
  });

  test("among several of other names, the one with an image of Istio's", () => {
    const images = [image("vault", "vault:1.2.3"), image("proxy", "r/proxyv2:1.28.5")];
    expect(versionOf({ images }, "istio-proxy").version?.text).toBe("1.28.5");
    const others = [image("vault", "vault:1.2.3"), image("log", "fluentd:1.2.3")];
    expect(versionOf({ images: others }, "istio-proxy")).toEqual({
      why: "it has no container istio-proxy",
    });
  });

  test("the label for an image by digest, and for a tag that is no version", () => {
    for (const name of [`r/pilot@${DIGEST}`, "r/pilot:prod", "r/pilot"]) {
      const images = [image("discovery", name)];
      expect(versionOf({ images, versionLabel: "1.28.5-solo" }, "discovery").version?.text).toBe(
        "1.28.5-solo",
      );
    }
  });

  test("says why it is not known", () => {
    expect(versionOf({ images: [] }, "discovery")).toEqual({
      why: "it has no container discovery",
    });
    expect(versionOf({ images: [image("discovery", `r/pilot@${DIGEST}`)] }, "discovery")).toEqual({
      why: "its image is named by digest and label app.kubernetes.io/version gives none",
    });
    const tagged = { images: [image("discovery", "r/pilot")], versionLabel: "prod" };
    expect(versionOf(tagged, "discovery")).toEqual({
      why: "its tag latest is no version and label app.kubernetes.io/version gives none",
    });
  });
});

test.each([
  ["1.30.0-solo", "1.30", true],
  ["1.30.0-alpha.0-solo", "1.30", true],
  ["2.0.0", "1.30", true],
  ["1.29.9-solo", "1.30", false],
  ["latest", "1.30", false],
  ["", "1.30", false],
  ["1.30.0", "soon", false],
])("%s has reached %s: %s", (is, minor, reached) => {
  expect(hasReached(is, minor)).toBe(reached);
});
