import { describe, expect, it } from "vitest";
import { renewedGate, trustGate, type WorkloadEvidence } from "../../src/certs/gates.ts";

const HOUR = 3_600_000;
const NOW = 1_000 * HOUR;
const LIFE = 24 * HOUR;

const evidence = (changes: Partial<WorkloadEvidence> = {}): WorkloadEvidence => ({
  now: NOW,
  certificateLife: LIFE,
  ...changes,
});

const ztunnel = (roots: string[], ...chains: string[][]) => ({ pod: "ns/z", roots, chains });

describe("that all workloads trust the new root", () => {
  it("is known by what ztunnels say, where there is no Envoy that is older", () => {
    const ztunnels = [ztunnel(["old", "new"])];
    expect(trustGate(evidence({ ztunnels, proxies: [] }), ["new"])).toEqual({ met: true });
    const trustedSince = NOW - HOUR;
    const young = [{ name: "ns/e", createdAt: NOW - HOUR / 2 }];
    const changes = { ztunnels, trustedSince, proxies: young };
    expect(trustGate(evidence(changes), ["new"])).toEqual({ met: true });
    const older = [{ name: "ns/e", createdAt: NOW - 2 * HOUR }];
    expect(trustGate(evidence({ ...changes, proxies: older }), ["new"])).toMatchObject({
      met: false,
      pods: ["ns/e"],
      until: trustedSince + LIFE + HOUR / 6,
    });
  });

  it("is known by the time that has passed, whatever can be read", () => {
    expect(trustGate(evidence({ trustedSince: NOW - 25 * HOUR }), ["new"])).toEqual({ met: true });
    expect(trustGate(evidence({ trustedSince: NOW - 24 * HOUR }), ["new"]).met).toBe(false);
  });

  it("is not, with a ztunnel that lags", () => {
    const ztunnels = [ztunnel(["old"]), ztunnel(["old", "new"])];
    expect(trustGate(evidence({ ztunnels, proxies: [] }), ["new"])).toMatchObject({
      met: false,
      pods: ["ns/z"],
    });
  });

  it("is not known where nothing could be read", () => {
    expect(trustGate(evidence(), ["new"])).toEqual({
      met: false,
      why: "what roots workloads trust could not be read",
      pods: [],
    });
  });
});

describe("that all workload certificates are below the new root", () => {
  it("is known by their chains", () => {
    const ztunnels = [ztunnel(["new"], ["new"], ["old", "new"])];
    expect(renewedGate(evidence({ ztunnels, proxies: [] }), ["new"])).toEqual({ met: true });
    const lagging = [ztunnel(["new"], ["new"], ["old"])];
    expect(renewedGate(evidence({ ztunnels: lagging, proxies: [] }), ["new"])).toMatchObject({
      met: false,
      pods: ["ns/z"],
    });
  });

  it("is known by the time since every istiod was started after the switch", () => {
    const signingSince = NOW - 50 * HOUR;
    const since = (...hours: number[]): WorkloadEvidence =>
      evidence({ signingSince, istiodStarts: hours.map((one) => NOW - one * HOUR) });
    expect(renewedGate(since(49, 25), ["new"])).toEqual({ met: true });
    expect(renewedGate(since(49, 3), ["new"])).toMatchObject({
      met: false,
      until: NOW + 21 * HOUR + HOUR / 6,
    });
    // One that is older than the switch may sign with what it had.
    const older = renewedGate(since(60, 25), ["new"]);
    expect(older).toMatchObject({ met: false, why: expect.stringMatching(/restarted/) as string });
    expect(older).not.toHaveProperty("until");
    expect(renewedGate(since(), ["new"]).met).toBe(false);
    expect(renewedGate(evidence({ istiodStarts: [NOW] }), ["new"]).met).toBe(false);
  });

  it("counts Envoys that were there before for not renewed", () => {
    const changes = {
      ztunnels: [ztunnel(["new"], ["new"])],
      signingSince: NOW - 5 * HOUR,
      istiodStarts: [NOW - 4 * HOUR],
    };
    const envoy = (createdAt: number) => ({ ...changes, proxies: [{ name: "ns/e", createdAt }] });
    expect(renewedGate(evidence(envoy(NOW - 3 * HOUR)), ["new"])).toEqual({ met: true });
    expect(renewedGate(evidence(envoy(NOW - 9 * HOUR)), ["new"])).toMatchObject({
      met: false,
      pods: ["ns/e"],
    });
    const { istiodStarts: _, ...without } = envoy(NOW);
    expect(renewedGate(evidence(without), ["new"]).met).toBe(false);
  });
});
