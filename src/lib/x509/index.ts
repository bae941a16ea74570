import type { ClusterRef } from "../../model/check.ts";
import type { Facts } from "../../model/facts.ts";
import type { Gathered } from "../../model/gathered.ts";
import type { RevocationFacts, TrustMatrix, TrustVerdict } from "../../model/trust.ts";
import type { ParsedCertificate } from "./certificate.ts";
import { judgeLists, type ParsedRevocationList } from "./revocation.ts";
import { Texts } from "./texts.ts";
import { judgeChain, type ChainJudgement } from "./validate.ts";

/*
 * Others import it only with `await import`: it brings pkijs with it. Beside it they import nothing of
 * this folder but anchors.ts, in the same way, and pem.ts and public-pem.ts, which bring nothing.
 */

type Key = "rootCertificate" | "intermediate" | "ztunnelDumps";

/** A cluster as gathered. */
export interface TrustInput {
  ref: Pick<ClusterRef, "context" | "now">;
  facts: { readonly [K in Key]?: Gathered<Facts[K]> };
}

/** What one cluster brings: absent parts could not be read. */
interface Side {
  context: string;
  now: number;
  roots: Group;
  /** Of the Secret: what istiod makes the roots when it is restarted. */
  nextRoots: Group;
  /** Signing certificate first. */
  chain: Group;
  /** What workloads present: the chain as it is written. */
  presented: readonly ParsedCertificate[];
  /** Absent where the Secret has no revocation lists. */
  lists: readonly ParsedRevocationList[] | undefined;
  /** The same for the same lists. */
  listsName: string;
}

interface Group {
  certificates: readonly ParsedCertificate[];
  /** The same for the same certificates. */
  name: string;
}

function groupOf(certificates: readonly ParsedCertificate[]): Group {
  return { certificates, name: certificates.map(({ facts }) => facts.sha256).join(" ") };
}

function sideOf({ ref, facts }: TrustInput, texts: Texts): Side {
  const roots = facts.rootCertificate?.ok ? facts.rootCertificate.value : undefined;
  const signing = facts.intermediate?.ok ? facts.intermediate.value : undefined;
  const read = (text: string | undefined): ParsedCertificate[] =>
    text === undefined ? [] : texts.read(text).certificates;
  const written = read(signing?.root);
  for (const dump of facts.ztunnelDumps?.ok ? facts.ztunnelDumps.value : []) {
    for (const pem of dump.rootPems) texts.read(pem);
  }
  const own = read(signing?.certificate);
  const above = read(signing?.chain);
  return {
    context: ref.context,
    now: ref.now,
    presented: above,
    lists: signing?.crl ? texts.read(signing.crl).lists : undefined,
    listsName: signing?.crl ?? "",
    roots: groupOf(read(roots?.pem)),
    // istiod leaves the root of a CA that it made itself in ca-cert.pem alone.
    nextRoots: groupOf(
      written.length > 0 ? written : own.slice(0, 1).filter((one) => one.facts.selfSigned),
    ),
    // Without the signing certificate, what stands above it says nothing.
    chain: groupOf(own.length === 0 ? [] : [...new Set([...own, ...above])]),
  };
}

/**
 * Parses the certificates of all clusters and verifies the chain of each under the roots of each.
 * Every certificate is parsed once, every distinct pair of roots and chain verified once. Never
 * rejects for what the certificates are: texts that cannot be read say so in `pems`.
 */
export async function judgeTrust(clusters: readonly TrustInput[]): Promise<TrustMatrix> {
  const texts = new Texts();
  const sides = clusters.map((cluster) => sideOf(cluster, texts));
  const judgements = new Map<string, ChainJudgement>();
  const verdicts = new Map<string, Map<string, TrustVerdict>>();
  const afterRestart = new Map<string, Map<string, TrustVerdict>>();

  const judge = async (
    { lists, listsName, now }: Side,
    roots: Group,
    chain: Group,
  ): Promise<TrustVerdict | undefined> => {
    const [target, ...others] = chain.certificates;
    if (!target || roots.certificates.length === 0) return undefined;
    const pair = `${roots.name}|${chain.name}|${listsName}`;
    let judgement = judgements.get(pair);
    if (!judgement) {
      const candidates = { target, roots: roots.certificates, others };
      judgement = await judgeChain(candidates, lists);
      judgements.set(pair, judgement);
    }
    return judgement.at(now);
  };

  for (const truster of sides) {
    const row = new Map<string, TrustVerdict>();
    const nextRow = new Map<string, TrustVerdict>();
    verdicts.set(truster.context, row);
    afterRestart.set(truster.context, nextRow);
    for (const owner of sides) {
      const verdict = await judge(truster, truster.roots, owner.chain);
      if (verdict) row.set(owner.context, verdict);
      const next =
        truster === owner || verdict?.ok === false
          ? await judge(truster, truster.nextRoots, owner.chain)
          : undefined;
      if (next) nextRow.set(owner.context, next);
    }
  }
  const nextRoots = new Map(
    sides.map((side) => [side.context, side.nextRoots.certificates.map(({ facts }) => facts)]),
  );
  const revocations = new Map<string, RevocationFacts>();
  for (const { context, lists, presented, now } of sides) {
    if (lists) revocations.set(context, judgeLists(lists, presented, now));
  }
  return { pems: texts.contents(), verdicts, afterRestart, nextRoots, revocations };
}
