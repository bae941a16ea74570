import { type Link, type LinkMember, linksOf } from "../../mesh/links.ts";
import type { DerivedArtifact } from "../../model/artifact.ts";

declare module "../../model/artifact.ts" {
  interface Artifacts {
    /** Every remote Gateway with the cluster that it stands for. */
    links: readonly Link<LinkMember>[];
  }
}

export const links: DerivedArtifact<"links"> = {
  key: "links",
  uses: ["gateways", "services"],
  derive(clusters) {
    const members = clusters.flatMap(({ ref, facts: { gateways, services } }) =>
      gateways?.ok && services
        ? [{ cluster: ref, facts: { gateways: gateways.value, services } }]
        : [],
    );
    const read = new Set(members.map(({ cluster }) => cluster));
    return linksOf(
      members,
      clusters.map(({ ref }) => ref).filter((ref) => !read.has(ref)),
    );
  },
};
