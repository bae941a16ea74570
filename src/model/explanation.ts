import type { CheckId } from "./check-data.ts";
import type { GatewayName, LinkEdge } from "./links.ts";
import type { Result } from "./report.ts";

/** A remote Gateway that is not connected, with what may be the reason. */
export interface BrokenLink {
  /** Contexts. */
  from: string;
  to: string;
  /** The remote Gateway, in `from`. */
  gateway: GatewayName;
  /** The east-west gateways of `to` that it may lead through, as far as they are known. */
  through: readonly GatewayName[];
  /** istiod of `from` has not taken the Gateway up: only a fault of `from` explains that. */
  notTakenUp?: true;
  /** What istiod of `from` says of the peer: who is not reached does not distrust, and vice versa. */
  trouble?: LinkEdge["trouble"];
}

/** Which end of a link a cluster is; `mesh` for a check across clusters. */
export type LinkEnd = "from" | "to" | "mesh";

/** How the faults of a check account for broken links, which other checks report. */
export interface Explanation<Id extends CheckId = CheckId> {
  /** Whose faults about a broken link follow from those of this check. */
  explains: readonly CheckId[];
  /**
   * Of several checks that explain a link the one with the lowest number is named. Checks of the
   * same number are asked at the source of the link first, then at its target.
   */
  precedence: number;
  /** Whether a fault of the result, which is of this end of the link, keeps it from working. */
  breaks?(result: Result<Id>, link: BrokenLink, end: LinkEnd): boolean;
  /**
   * Whether a fault of the result, which is of the target, closes one of its east-west gateways: a
   * link is broken by that when every gateway that it may lead through is closed.
   */
  closes?(result: Result<Id>, gateway: GatewayName): boolean;
}
