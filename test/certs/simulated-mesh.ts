import type { WorkloadEvidence } from "../../src/certs/gates.ts";
import type { ClusterState, SecretChange, Signer } from "../../src/certs/rotation.ts";
import { RELOAD_TIME, takesUp } from "../../src/mesh/ca-reload.ts";

/*
 * A cluster as far as trust goes, simulated: a Secret, an istiod that takes changes of it as its
 * version does, the ConfigMap that it writes, and workloads with the certificates that it signed.
 * Roots and certificates are names; a certificate is known by the roots that verify it.
 */

export const HOUR = 3_600_000;
const CERTIFICATE_LIFE = 24 * HOUR;
/** Proxies renew at half the life of a certificate. */
const RENEWAL = CERTIFICATE_LIFE / 2;

export interface IstiodKind {
  /** Up to 1.29, or from 1.30 on. */
  family: "1.29" | "1.30";
  multiRoot: boolean;
}

interface Held {
  roots: string[];
  signer: Signer;
}

interface Workload {
  name: string;
  kind: "ztunnel" | "envoy";
  createdAt: number;
  renewedAt: number;
  anchors: readonly string[];
  trusts: readonly string[];
}

export interface ClusterOptions {
  context: string;
  istiod: IstiodKind;
  roots: string[];
  signer: Signer;
  target: Signer;
  /** istiod made its CA itself: it looks for no Secret cacerts before it is restarted. */
  selfMade: boolean;
  /** What ztunnel says of itself can be read. */
  dumps: boolean;
  proxies: number;
}

export class SimulatedCluster {
  now = 1_000 * HOUR;
  readonly context: string;
  readonly target: Signer;
  secret: Held;
  readonly #options: ClusterOptions;
  #memory: Held;
  #watches: boolean;
  #configMap: readonly string[];
  #configMapTime = 0;
  #secretTime = 0;
  #signingSince = 0;
  #istiodStart = 0;
  readonly workloads: Workload[];

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.context = options.context;
    this.target = options.target;
    this.secret = { roots: [...options.roots], signer: options.signer };
    this.#memory = { ...this.secret };
    this.#watches = !options.selfMade;
    this.#configMap = [...options.roots];
    const kinds = ["ztunnel", ...Array.from({ length: options.proxies }, () => "envoy")] as const;
    this.workloads = kinds.map((kind, index) => ({
      name: `${kind}-${index}`,
      kind: kind === "ztunnel" ? "ztunnel" : "envoy",
      createdAt: 0,
      renewedAt: this.now,
      anchors: this.#memory.signer.anchors,
      trusts: this.#memory.roots,
    }));
  }

  get trusted(): readonly string[] {
    return this.#configMap;
  }

  /** What istiod signs with at the moment. */
  get signing(): Signer {
    return this.#memory.signer;
  }

  write(change: SecretChange): void {
    const signer = change.signer === "target" ? this.target : this.secret.signer;
    if (signer !== this.secret.signer) this.#signingSince = this.now;
    this.secret = { roots: [...change.roots], signer };
    this.#secretTime = this.now;
  }

  /** kubelet has renewed the files, and istiod looks at them, by the rules of its version. */
  reload(): void {
    if (!this.#watches) return;
    const { family, multiRoot } = this.#options.istiod;
    const [before, after] = [this.#memory.roots, this.secret.roots];
    const isPrefix = before.every((root, index) => after[index] === root);
    const same = isPrefix && before.length === after.length;
    const grows = before.every((root) => after.includes(root));
    const shrinks = after.every((root) => before.includes(root));
    const takes = same || (multiRoot && (family === "1.29" ? isPrefix : grows || shrinks));
    if (takes) this.#load();
  }

  restart(): void {
    this.#watches = true;
    this.#istiodStart = this.now;
    this.#load();
  }

  #load(): void {
    this.#memory = { ...this.secret };
    if (this.#configMap.join(" ") === this.secret.roots.join(" ")) return;
    this.#configMap = [...this.secret.roots];
    this.#configMapTime = this.now;
  }

  renew(index: number): void {
    const workload = this.workloads[index % this.workloads.length];
    if (workload) this.#renew(workload);
  }

  replace(index: number): void {
    const workload = this.workloads[index % this.workloads.length];
    if (!workload) return;
    workload.createdAt = this.now;
    this.#renew(workload);
  }

  #renew(workload: Workload): void {
    workload.renewedAt = this.now;
    workload.anchors = this.#memory.signer.anchors;
    workload.trusts = this.#memory.roots;
  }

  /** Time goes on; whoever's certificate is half as old as it may be gets a new one. */
  pass(time: number): void {
    this.now += time;
    for (const workload of this.workloads) {
      if (this.now - workload.renewedAt >= RENEWAL) this.#renew(workload);
    }
  }

  /** What `mc` reads of it. */
  state(): ClusterState {
    const { family, multiRoot } = this.#options.istiod;
    const version = { major: 1, minor: family === "1.29" ? 29 : 30, patch: 0 };
    const texts = [this.#configMap, this.secret.roots].map((roots) => ({
      text: roots.map((root) => `${root}\n`).join(""),
      roots,
    }));
    const [trusted, written] = texts as [(typeof texts)[0], (typeof texts)[0]];
    return {
      context: this.context,
      trusted: this.#configMap,
      written: this.secret.roots,
      signer: this.secret.signer,
      target: this.target,
      reloading:
        takesUp({ version, multiRoot }, trusted, written) &&
        this.now - this.#secretTime < RELOAD_TIME,
      workloads: this.#evidence(),
    };
  }

  #evidence(): WorkloadEvidence {
    const ztunnels = this.workloads.filter(({ kind }) => kind === "ztunnel");
    return {
      now: this.now,
      certificateLife: CERTIFICATE_LIFE,
      trustedSince: this.#configMapTime,
      signingSince: this.#signingSince,
      istiodStarts: [this.#istiodStart],
      proxies: this.workloads.filter(({ kind }) => kind === "envoy"),
      ...(this.#options.dumps
        ? {
            ztunnels: ztunnels.map(({ name, anchors, trusts }) => ({
              pod: name,
              roots: trusts,
              chains: [anchors],
            })),
          }
        : {}),
    };
  }
}
