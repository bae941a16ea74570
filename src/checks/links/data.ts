import type { LinkEdge } from "../../model/links.ts";

/** The link topology of the mesh. */
export interface LinksData {
  /** Contexts, in the order of the run. */
  clusters: string[];
  /** Contexts whose Gateways could not be read: links from them are not known. */
  unread: string[];
  /** Contexts with no link in either direction; without those of which it is not known. */
  unlinked: string[];
  edges: LinkEdge[];
}
