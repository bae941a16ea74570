import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextStep, type RotationStep, type Signer } from "../../src/certs/rotation.ts";
import { HOUR, SimulatedCluster, type ClusterOptions, type IstiodKind } from "./simulated-mesh.ts";

/*
 * A rotation over three clusters, interrupted anywhere, while istiods restart and certificates are
 * renewed at any time: who trusted whom goes on doing so.
 */

const NEW = "new";
const CONTEXTS = ["a", "b", "c"] as const;

const istiod: fc.Arbitrary<IstiodKind> = fc.record({
  family: fc.constantFrom("1.29", "1.30"),
  multiRoot: fc.boolean(),
});

/** Below the old root that all share, below one of its own, or below the new one already. */
const start = fc.constantFrom("shared", "own", "self-made", "new");

const cluster = (context: string): fc.Arbitrary<ClusterOptions> =>
  fc
    .record({
      istiod,
      start,
      dumps: fc.boolean(),
      proxies: fc.nat(2),
    })
    .map(({ start: from, ...rest }) => {
      const root = {
        shared: "old",
        own: `own of ${context}`,
        "self-made": `made by ${context}`,
        new: NEW,
      }[from];
      return {
        ...rest,
        context,
        roots: [root],
        signer: { sha256: `signer of ${context}`, anchors: [root] },
        target: { sha256: `target of ${context}`, anchors: [NEW] },
        selfMade: from === "self-made",
      };
    });

const mesh = fc.tuple(cluster("a"), cluster("b"), cluster("c"));

/** What happens in the mesh by itself, between and during the runs of `mc`. */
type Event =
  | { kind: "reload"; on: number }
  | { kind: "restart"; on: number }
  | { kind: "renew"; on: number; workload: number }
  | { kind: "replace"; on: number; workload: number }
  | { kind: "pass"; hours: number };

const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ kind: fc.constantFrom("reload", "restart"), on: fc.nat(2) }),
  fc.record({ kind: fc.constantFrom("renew", "replace"), on: fc.nat(2), workload: fc.nat(3) }),
  fc.record({ kind: fc.constant("pass"), hours: fc.double({ min: 0.01, max: 40, noNaN: true }) }),
);

/** Of each run only so many writes or restarts are done; the rest is cut off. */
const runs = fc.array(fc.record({ done: fc.nat(3), after: fc.array(event, { maxLength: 4 }) }), {
  maxLength: 12,
});

function meets(some: readonly string[], others: readonly string[]): boolean {
  return some.some((one) => others.includes(one));
}

/** Every pair that trusts one another, at each of the levels where trust is needed. */
function trusting(clusters: readonly SimulatedCluster[]): Set<string> {
  const found = new Set<string>();
  for (const truster of clusters) {
    for (const owner of clusters) {
      const pair = `${truster.context}→${owner.context}`;
      // The matrix of `mc check`: the ConfigMap's roots and the Secret's chain.
      if (meets(truster.trusted, owner.secret.signer.anchors)) found.add(`${pair} in the matrix`);
      if (meets(truster.trusted, owner.signing.anchors)) found.add(`${pair} as signed`);
      for (const one of truster.workloads) {
        for (const other of owner.workloads) {
          const name = `${pair} ${one.name} of ${other.name}`;
          if (meets(one.trusts, other.anchors)) found.add(name);
        }
      }
    }
  }
  return found;
}

class Mesh {
  readonly clusters: readonly SimulatedCluster[];
  readonly #green: ReadonlySet<string>;
  readonly log: string[] = [];

  constructor(options: readonly ClusterOptions[]) {
    this.clusters = options.map((one) => new SimulatedCluster(one));
    this.#green = trusting(this.clusters);
  }

  step(): RotationStep {
    return nextStep(
      this.clusters.map((one) => one.state()),
      [NEW],
    );
  }

  /** Carries out a step, or its first part, as the operator would. */
  carryOut(step: RotationStep, most = Number.POSITIVE_INFINITY): void {
    const of = (context: string): SimulatedCluster => {
      const found = this.clusters.find((one) => one.context === context);
      if (!found) throw new Error(`no cluster is called ${context}`);
      return found;
    };
    if (step.kind === "write") {
      for (const change of step.changes.slice(0, most)) {
        of(change.context).write(change);
        this.check(`${step.step} in ${change.context}`);
      }
    }
    if (step.kind === "restart") {
      for (const context of step.contexts.slice(0, most)) {
        of(context).restart();
        this.check(`${context} restarted for ${step.step}`);
      }
    }
    if (step.kind === "wait") this.pass(7);
  }

  pass(hours: number): void {
    for (const one of this.clusters) one.pass(hours * HOUR);
    this.check(`${hours} hours`);
  }

  happens(what: Event): void {
    if (what.kind === "pass") {
      this.pass(what.hours);
      return;
    }
    const one = this.clusters[what.on];
    if (what.kind === "renew" || what.kind === "replace") one?.[what.kind](what.workload);
    else one?.[what.kind]();
    this.check(JSON.stringify(what));
  }

  /** @throws Error a trust that there was at the beginning is gone */
  check(after: string): void {
    this.log.push(after);
    const now = trusting(this.clusters);
    const lost = [...this.#green].filter((one) => !now.has(one));
    if (lost.length > 0) throw new Error(`${lost.join(", ")} lost: ${this.log.join("; ")}`);
  }

  get signers(): Signer[] {
    return this.clusters.map(({ secret }) => secret.signer);
  }
}

function expectDone(all: Mesh): void {
  expect(all.clusters.map(({ trusted }) => trusted)).toEqual(CONTEXTS.map(() => [NEW]));
  expect(all.clusters.map(({ secret }) => secret.roots)).toEqual(CONTEXTS.map(() => [NEW]));
  expect(all.signers).toEqual(all.clusters.map(({ target }) => target));
}

/** Runs `mc` and does as it says until it has nothing more to say. */
function finish(all: Mesh): number {
  for (let count = 1; count <= 60; count += 1) {
    const step = all.step();
    if (step.kind === "finished") return count;
    expect(["write", "restart", "wait"]).toContain(step.kind);
    all.carryOut(step);
    for (const one of all.clusters) one.reload();
    all.check("reloads");
    all.pass(0.05);
  }
  throw new Error(`it does not end: ${all.log.join("; ")}`);
}

describe("a rotation over three clusters", () => {
  it("never cuts a trust that there was, wherever it is interrupted, and ends", () => {
    fc.assert(
      fc.property(mesh, runs, (options, interrupted) => {
        const all = new Mesh(options);
        for (const { done, after } of interrupted) {
          all.carryOut(all.step(), done);
          for (const one of after) all.happens(one);
        }
        finish(all);
        expectDone(all);
      }),
      { numRuns: 150 },
    );
  });
});
