import type { AnchorQuestion } from "../../lib/x509/anchors.ts";
import { bundleText, SERVER_CAS, upstreamsOf, type UpstreamCa } from "../../mesh/spire/trust.ts";
import type { EarlyCluster, PreparedArtifact } from "../../model/artifact.ts";
import type { SpireTrustMatrix, TrustVerdict } from "../../model/trust.ts";

declare module "../../model/artifact.ts" {
  interface Artifacts {
    /** What verifies the certificates that SPIRE signs; empty where it does so nowhere. */
    spireTrust: SpireTrustMatrix;
  }
}

/** What one cluster brings to it, as PEM. */
interface Side {
  context: string;
  now: number;
  bundle: string;
  /** Its workloads have certificates of SPIRE's, whether or not these could be read. */
  usesSpire: boolean;
  /** The same, each by itself. */
  bundles: string[];
  upstream: UpstreamCa | undefined;
  istiodRoots: string;
  istiodChain: string;
}

function sideOf({ ref, facts }: EarlyCluster): Side {
  const { spire, spireTrust: trust, rootCertificate: roots, intermediate } = facts;
  const signing = intermediate?.ok ? intermediate.value : undefined;
  return {
    ...ref,
    usesSpire: spire?.ok === true && spire.value.signs.length > 0,
    bundle: trust?.ok ? bundleText(trust.value) : "",
    bundles: trust?.ok ? trust.value.bundles.map((one) => bundleText({ bundles: [one] })) : [],
    upstream: upstreamsOf(trust)[0],
    istiodRoots: roots?.ok ? (roots.value.pem ?? "") : "",
    istiodChain: `${signing?.certificate ?? ""}\n${signing?.chain ?? ""}`,
  };
}

/** Certificates are parsed and verified here, where SPIRE is in use; elsewhere nothing is loaded. */
export const spireTrust: PreparedArtifact<"spireTrust"> = {
  key: "spireTrust",
  uses: ["spire", "spireTrust", "rootCertificate", "intermediate"],
  async prepare(clusters) {
    const sides = clusters.map(sideOf);
    const peers = new Map<string, Map<string, TrustVerdict>>();
    const [upstreams, istiodBySpire, spireByIstiod] = [
      new Map<string, TrustVerdict>(),
      new Map<string, TrustVerdict>(),
      new Map<string, TrustVerdict>(),
    ];
    if (!sides.some((side) => side.usesSpire)) {
      return { pems: new Map(), peers, upstreams, istiodBySpire, spireByIstiod };
    }
    const { AnchorJudge } = await import("../../lib/x509/anchors.ts");
    const judge = new AnchorJudge();
    const ask = async (
      map: Map<string, TrustVerdict>,
      context: string,
      question: AnchorQuestion,
    ): Promise<void> => {
      const verdict = await judge.judge(question);
      if (verdict) map.set(context, verdict);
    };
    for (const side of sides) {
      const { context, now, bundle, upstream } = side;
      const row = new Map<string, TrustVerdict>();
      peers.set(context, row);
      const anchors = side.usesSpire ? bundle : side.istiodRoots;
      for (const owner of sides) {
        // Where neither uses SPIRE it is istiod's certificates that count: those are judged elsewhere.
        if (!side.usesSpire && !owner.usesSpire) continue;
        const verdict =
          owner.usesSpire && !owner.upstream && owner !== side
            ? await judge.compare(anchors, owner.bundle, now)
            : await judge.judge({ anchors, now, ...chainOf(owner) });
        if (verdict) row.set(owner.context, verdict);
      }
      if (!side.usesSpire) continue;
      for (const text of side.bundles) judge.read(text);
      judge.read(upstream?.secret.certificate ?? "");
      judge.read(upstream?.secret.bundle ?? "");
      await ask(spireByIstiod, context, { anchors: side.istiodRoots, now, ...chainOf(side) });
      const istiod = { anchors: bundle, chain: side.istiodChain, below: 0, now };
      await ask(istiodBySpire, context, istiod);
      const { certificate: chain, bundle: file } = upstream?.secret ?? {};
      if (!upstream?.hasBundleFile || chain === undefined || file === undefined) continue;
      await ask(upstreams, context, { anchors: file, chain, below: SERVER_CAS, asGo: true, now });
    }
    return { pems: judge.contents(), peers, upstreams, istiodBySpire, spireByIstiod };
  },
};

/** What a cluster's workloads present: certificates of SPIRE's, or where it has none of istiod's. */
function chainOf(side: Side): Pick<AnchorQuestion, "chain" | "below" | "unpresented"> {
  if (!side.usesSpire) return { chain: side.istiodChain, below: 0 };
  const { hasBundleFile = false, secret } = side.upstream ?? {};
  const { certificate = "", bundle = "" } = secret ?? {};
  return hasBundleFile
    ? { chain: `${certificate}\n${bundle}`, below: SERVER_CAS }
    : { chain: certificate, below: SERVER_CAS, unpresented: true };
}
