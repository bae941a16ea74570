import type { ObjectRef } from "./report.ts";

/** Which Gateway, of a cluster that is known. */
export type GatewayName = Required<Pick<ObjectRef, "namespace" | "name">>;

/** One remote Gateway as an edge of the mesh: `from` can reach services of `to`. */
export interface LinkEdge {
  /** Context of the cluster that holds the Gateway. */
  from: string;
  /** Context of the cluster it stands for; what the Gateway calls it when that is not in the run. */
  to: string;
  /** False when `to` is no cluster of this run. */
  inRun: boolean;
  gateway: GatewayName;
  /** The first of its spec; absent when it has none. */
  address?: string;
  /** Status by condition type, such as `gloo.solo.io/PeerConnected`. */
  conditions: Record<string, string>;
  state: "connected" | "broken";
  /** Nobody vouches for the conditions, as no istiod of `from` runs: the state is not known. */
  unvouched?: true;
  /** No Gateway leads back; false where that is not known: `to` is not in the run or was not read. */
  oneWay: boolean;
  /**
   * Of a broken link: the east-west gateways of `to` that it may lead through, which are those that
   * have its address, or else all; absent when `to` was not read.
   */
  through?: GatewayName[];
  /**
   * Of a broken link: istiod of `from` has not taken its Gateway up, which nothing at the other end
   * explains.
   */
  notTakenUp?: true;
  /** Of a broken link: what its conditions say, or else the log of istiod, where they tell. */
  trouble?: "unreachable" | "untrusted";
  /** /debug/syncz of `to` lists an istiod of `from`; absent when that could not be read. */
  synced?: boolean;
}

/** What an istiod says of a peer that it does not get through to. */
export type LinkTrouble = NonNullable<LinkEdge["trouble"]>;
