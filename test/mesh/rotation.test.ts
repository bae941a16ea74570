import { describe, expect, it } from "vitest";
import {
  rotationOf,
  rotationPhase,
  type ClusterRoots,
  type RotationPhase,
} from "../../src/mesh/rotation.ts";
import type { CertificateFacts } from "../../src/model/trust.ts";
import { NOW } from "../support/facts.ts";

const DAY = 24 * 60 * 60_000;

function root(sha256: string, notBefore: number): CertificateFacts {
  return {
    sha256,
    subject: `CN=${sha256}`,
    issuer: `CN=${sha256}`,
    serial: "01",
    notBefore,
    notAfter: NOW + 1000 * DAY,
    ca: true,
    selfSigned: true,
    key: "EC P-256",
  };
}

const A = root("a", NOW - 1000 * DAY);
const B = root("b", NOW - DAY);
/** Made on the same day as `B`. */
const C = root("c", NOW - DAY - 60_000);

function cluster(
  context: string,
  written: CertificateFacts[],
  trusted: CertificateFacts[],
  anchor: CertificateFacts,
): ClusterRoots {
  return { context, written, trusted, anchor };
}

/** A cluster in each of the phases of a rotation from `from` to `to`. */
function inPhase(
  phase: RotationPhase,
  context: string = phase,
  [from, to] = [A, B] as const,
): ClusterRoots {
  const both = [from, to];
  return {
    stable: cluster(context, [from], [from], from),
    adding: cluster(context, both, [from], from),
    "both trusted": cluster(context, both, both, from),
    switched: cluster(context, both, both, to),
    dropping: cluster(context, [to], both, to),
    done: cluster(context, [to], [to], to),
  }[phase];
}

const PHASES: RotationPhase[] = [
  "stable",
  "adding",
  "both trusted",
  "switched",
  "dropping",
  "done",
];

describe("the phase of a cluster", () => {
  it.each(PHASES)("%s", (phase) => {
    expect(rotationPhase(inPhase(phase), "b")).toBe(phase);
  });

  it("is before the switch where it is not known below which root istiod signs", () => {
    const both = [A, B];
    expect(rotationPhase({ written: both, trusted: both, anchor: undefined }, "b")).toBe(
      "both trusted",
    );
  });
});

describe("a rotation", () => {
  it("is none while every bundle has one root, the same or not", () => {
    expect(rotationOf([])).toBeUndefined();
    expect(rotationOf([inPhase("stable"), inPhase("stable")])).toBeUndefined();
    expect(rotationOf([inPhase("stable"), inPhase("done")])).toBeUndefined();
    // The intermediate is trusted by itself.
    const intermediate = { ...B, selfSigned: false };
    const both = [intermediate, A];
    expect(rotationOf([cluster("x", both, both, intermediate), inPhase("stable")])).toBeUndefined();
    // The Secret was replaced, and istiod not restarted: a fault of another kind.
    expect(rotationOf([cluster("x", [A], [B], A)])).toBeUndefined();
  });

  it("goes to the newest root, and names the phase of every cluster that has one of them", () => {
    const unrelated = root("z", NOW - 5 * DAY);
    const found = rotationOf([
      inPhase("both trusted", "x"),
      inPhase("stable", "y"),
      cluster("z", [unrelated], [unrelated], unrelated),
    ]);
    expect(found).toMatchObject({ to: B, from: [A], certain: true, tooFarApart: false });
    expect(found?.phases).toEqual([
      { context: "x", phase: "both trusted" },
      { context: "y", phase: "stable" },
    ]);
  });

  it.each([
    ["stable", "adding", false],
    ["adding", "both trusted", false],
    ["both trusted", "switched", false],
    ["switched", "dropping", false],
    ["dropping", "done", false],
    ["adding", "switched", true],
    ["stable", "switched", true],
    ["both trusted", "dropping", true],
    ["both trusted", "done", true],
  ] as const)("with clusters %s and %s: apart %s", (one, other, apart) => {
    for (const clusters of [
      [inPhase(one), inPhase(other)],
      [inPhase(other), inPhase(one)],
    ]) {
      expect(rotationOf(clusters)?.tooFarApart).toBe(apart);
    }
  });

  it("between roots of one day goes to the one that the bundle has last, which is not certain", () => {
    const found = rotationOf([inPhase("switched", "x", [B, C])]);
    expect(found).toMatchObject({ to: C, from: [B], certain: false });
    const other = rotationOf([inPhase("both trusted", "x", [C, B])]);
    expect(other).toMatchObject({ to: B, certain: false });
    const unwritten = rotationOf([cluster("x", [], [C, B], B)]);
    expect(unwritten).toMatchObject({ to: B, certain: false });
  });
});
