import type { Choice } from "./choice.ts";
import { copyFindings } from "./copies.ts";
import { identityFindings } from "./identities.ts";
import { type Hop, HOPS, type Trace, type TraceInput } from "./hop.ts";
import { judgeAll } from "./judge-all.ts";
import type { Path } from "./path.ts";
import { proofs } from "./proofs.ts";

/** The hops that are looked at where the service is; the others are where its callers are. */
const FAR: ReadonlySet<number> = new Set([1, 2, 9, 10, 11]);

const VERDICTS: Readonly<Record<Choice, Pick<Trace, "outcome" | "verdict">>> = {
  remote: { outcome: "reaches", verdict: "reaches remote" },
  everywhere: { outcome: "reaches", verdict: "reaches remote" },
  "local first": { outcome: "falls back", verdict: "falls back" },
  "local only": { outcome: "stays local", verdict: "stays local (by design)" },
  drained: { outcome: "stays local", verdict: "stays local (by design)" },
};

function concluded(
  { from, to }: Path,
  hops: readonly Hop[],
  choice: Choice | undefined,
): Pick<Trace, "outcome" | "verdict"> {
  const end = hops.find(({ state }) => state === "broken" || state === "design");
  if (end?.state === "broken") return { outcome: "broken", verdict: `broken at hop ${end.number}` };
  if (end) return VERDICTS["local only"];
  const unread = hops.filter(({ state }) => state === "unknown").map(({ number }) => number);
  // Where nothing is unknown, and nothing ends the way, a choice was made.
  if (unread.length > 0 || choice === undefined) {
    return { outcome: "unknown", verdict: `cannot tell (hop ${Math.min(...unread)} not read)` };
  }
  const verdict = VERDICTS[choice];
  return choice === "local first"
    ? {
        ...verdict,
        verdict: `falls back to ${to.cluster.context} when ${from.cluster.context} has none`,
      }
    : verdict;
}

/** Follows a service from the callers in one cluster to its pods in another. */
export function traceOf(path: Path, input: TraceInput): Trace {
  const { from, to, key, host, mesh } = path;
  const { raws, choice } = judgeAll(path, input);
  const shown = proofs(path, input.client);
  const hops = HOPS.map((name, index): Hop => {
    const number = index + 1;
    const raw = raws[index] ?? {
      state: "moot",
      verdict: "moot",
      text: "traffic does not get there",
    };
    const proof = raw.state === "moot" ? undefined : shown.get(number);
    return {
      number,
      name,
      cluster: (FAR.has(number) ? to : from).cluster.context,
      ...raw,
      ...(proof === undefined ? {} : { proof }),
    };
  });
  return {
    service: key,
    ...(host === undefined ? {} : { host }),
    from: from.cluster.context,
    to: to.cluster.context,
    ...concluded(path, hops, choice),
    hops,
    notes: [...copyFindings(mesh, key), ...identityFindings(path)],
  };
}

const WORST: readonly Trace["outcome"][] = [
  "broken",
  "unknown",
  "stays local",
  "falls back",
  "reaches",
];

function hopOf({ hops }: Trace): number {
  return hops.find(({ state }) => state === "broken" || state === "unknown")?.number ?? HOPS.length;
}

/** Worst first: what is broken early, what is not known, what goes as it should. */
export function inOrder(traces: readonly Trace[]): Trace[] {
  return traces.toSorted(
    (one, other) =>
      WORST.indexOf(one.outcome) - WORST.indexOf(other.outcome) || hopOf(one) - hopOf(other),
  );
}
