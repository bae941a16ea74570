import type { ClusterFixture } from "./cluster.ts";

/** A line and when it was written, as `11:52:10` of the day of the scenarios. */
type Line = readonly [clock: string, text: string];

const at = (clock: string): number => Date.parse(`2026-01-15T${clock}Z`);

/** Gives the pod with that label the lines; its log begins an hour before the recording was made. */
export function writeLog(
  fixture: ClusterFixture,
  [label, value]: readonly [string, string],
  container: string,
  lines: readonly Line[],
): void {
  const pod = fixture.objects.find(
    ({ kind, metadata }) => kind === "Pod" && metadata.labels?.[label] === value,
  );
  if (!pod) throw new Error(`there is no pod with ${label}=${value}`);
  const { namespace = "", name } = pod.metadata;
  fixture.logs[`${namespace}/${name}/${container}`] = {
    from: at("11:00:00"),
    lines: lines.map(([clock, text]) => ({ time: at(clock), text })),
  };
}

/** What istiod writes while it does not get through to a peer. */
export function writeRetries(fixture: ClusterFixture, cause: string, ...clocks: string[]): void {
  const text = `warn deltaadsc disconnected, retrying in 1m0s: rpc error: code = Unavailable desc = connection error: desc = "transport: ${cause}"`;
  writeLog(
    fixture,
    ["app", "istiod"],
    "discovery",
    clocks.map((clock) => [clock, text]),
  );
}
