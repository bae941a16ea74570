import { describe, expect, it } from "vitest";
import type { ClusterReader } from "../../../src/model/reader.ts";
import { BugReportBuilder } from "../../../src/readers/bug-report.ts";

const LINE = "2026-01-15T11:58:00.000000Z\twarn\tdeltaadsc\ti/o timeout\n";
const KEPT = {
  from: Date.parse("2026-01-15T11:58:00Z"),
  lines: [{ text: "warn deltaadsc i/o timeout" }],
};

/** The cluster of a bug report that has the log at some path. */
async function withLog(path: string): Promise<{ reader: ClusterReader; wanted: boolean }> {
  const builder = new BugReportBuilder({ origin: "x", context: "x" });
  const wanted = builder.wants(path);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(new TextEncoder().encode(LINE));
  }
  if (wanted) await builder.take(path, chunks());
  return { reader: builder.finish().reader, wanted };
}

describe("logs of istioctl bug-report", () => {
  it.each([
    ["istio/istio-system/istiod-1/discovery.log", "istio-system", "istiod-1", "discovery"],
    ["proxies/kube-system/ztunnel-1/istio-proxy.log", "kube-system", "ztunnel-1", "istio-proxy"],
    [
      "proxies/istio-eastwest/istio-eastwest-1/istio-proxy.log",
      "istio-eastwest",
      "istio-eastwest-1",
      "istio-proxy",
    ],
    ["cni/istio-cni-node-1/cni.log", "kube-system", "istio-cni-node-1", "install-cni"],
  ])("%s", async (path, namespace, pod, container) => {
    const { reader } = await withLog(path);
    expect(await reader.log?.({ namespace, pod, container })).toMatchObject({
      ok: true,
      value: KEPT,
    });
    const other = await reader.log?.({ namespace, pod: "another", container });
    expect(other).toMatchObject({
      why: "not-recorded",
      detail: `not recorded: x has no log of ${namespace}/another`,
    });
  });

  it.each([
    "proxies/bookinfo/reviews-v1-1/istio-proxy.log",
    "bug-report.log",
    "operator/istio-operator/a/operator.log",
    "cni/a/b/cni.log",
  ])("of whom nothing is asked are not read: %s", async (path) => {
    expect((await withLog(path)).wanted).toBe(false);
  });
});
