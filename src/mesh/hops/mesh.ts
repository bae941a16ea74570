import type { GatewayFact } from "../../model/facts.ts";
import { isAbandoned } from "../conditions.ts";
import { edgeFaults, type Link } from "../links.ts";
import { Side, type ServiceMeshMember } from "./side.ts";

/** What leads from one cluster to another. */
export interface PathLink {
  /** Not vouched for: no istiod of the source runs, so nobody knows. */
  state: "working" | "broken" | "not vouched for" | "none";
  /** The remote Gateway that tells, of several the one that works; none where there is no link. */
  gateways: readonly GatewayFact[];
  /** What keeps it from working: `PeerConnected is False`. */
  faults: readonly string[];
}

const NO_LINK: PathLink = { state: "none", gateways: [], faults: [] };

type AnyLink = Link<{ cluster: { context: string } }>;

function judged(link: AnyLink): PathLink {
  const { gateway } = link;
  const faults = edgeFaults(link);
  if (isAbandoned(gateway)) return { state: "not vouched for", gateways: [gateway], faults };
  return { state: faults.length === 0 ? "working" : "broken", gateways: [gateway], faults };
}

const ORDER: readonly PathLink["state"][] = ["working", "broken", "not vouched for", "none"];

function pairOf(from: string, to: string): string {
  return JSON.stringify([from, to]);
}

/** All clusters that were read, with the services and links of each. */
export class ServiceMesh {
  readonly sides: readonly Side[];
  readonly #links = new Map<string, PathLink>();
  /** Contexts with a remote Gateway that no cluster of the run is known to be the target of. */
  readonly #beyond = new Set<string>();
  /** How many of the clusters have each trust domain. */
  readonly #domains = new Map<string, number>();

  constructor(members: readonly ServiceMeshMember[], links: readonly AnyLink[]) {
    this.sides = members.map((member) => new Side(member));
    for (const { trustDomain } of this.sides) {
      if (trustDomain === undefined) continue;
      this.#domains.set(trustDomain, (this.#domains.get(trustDomain) ?? 0) + 1);
    }
    for (const link of links) {
      if (link.self) continue;
      const { context } = link.from.cluster;
      if (!link.target) {
        this.#beyond.add(context);
        continue;
      }
      const pair = pairOf(context, link.target.cluster.context);
      const [before, now] = [this.#links.get(pair), judged(link)];
      if (!before || ORDER.indexOf(now.state) < ORDER.indexOf(before.state)) {
        this.#links.set(pair, now);
      }
    }
  }

  side(context: string): Side | undefined {
    return this.sides.find(({ cluster }) => cluster.context === context);
  }

  link(from: Side, to: Side): PathLink {
    return this.#links.get(pairOf(from.cluster.context, to.cluster.context)) ?? NO_LINK;
  }

  /** The cluster is linked to clusters of the run only, and every link of it works. */
  seesAllPeersOf({ cluster: { context } }: Side): boolean {
    if (this.#beyond.has(context)) return false;
    const read = new Set(this.sides.map(({ cluster }) => cluster.context));
    return [...this.#links].every(([pair, { state }]) => {
      const [from = "", to = ""] = JSON.parse(pair) as string[];
      return from !== context || (state === "working" && read.has(to));
    });
  }

  /**
   * The trust domain of the cluster where its identities can be of no other cluster: none of the run
   * has the same domain, and all that the other one is linked to were read.
   */
  uniqueDomain({ trustDomain }: Side, seenFrom: Side): string | undefined {
    const isUnique =
      trustDomain !== undefined &&
      this.#domains.get(trustDomain) === 1 &&
      this.sides.every((side) => side.trustDomain !== undefined) &&
      !this.#beyond.has(seenFrom.cluster.context);
    return isUnique ? trustDomain : undefined;
  }
}
