import { isRemote } from "../../mesh/kind.ts";
import { minorOf, versionOf, type IstioVersion } from "../../mesh/versions.ts";
import { enumerate, qualified } from "../../mesh/wording.ts";
import { pairsSkipped } from "../_shared/pairs-skipped.ts";
import { kubectl } from "../../mesh/commands/shell.ts";
import { meshCheck, type ClusterRef, type MeshMember } from "../../model/check.ts";
import type { IstiodFact } from "../../model/facts.ts";
import {
  checkOf,
  info,
  objectRef,
  pass,
  remedy,
  skip,
  summarize,
  warn,
} from "../../model/finding.ts";
import { gathered } from "../../model/gathered.ts";
import type { Finding, MeshKind } from "../../model/report.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    versions: undefined;
  }
}

type Member = MeshMember<"istiods", never>;

/** Minors that istiods of one mesh may be apart. */
const MOST_APART = 2;

/** A judged istiod with its version, or with why that is not known. */
interface Running {
  cluster: ClusterRef;
  istiod: IstiodFact;
  version?: IstioVersion;
  why?: string;
}

/** Counts minors; a major ahead is further than any skew that is supported. */
function position({ major, minor }: IstioVersion): number {
  return major * 1000 + minor;
}

function ownFinding({ cluster: { context }, istiod, version, why }: Running): Finding {
  const about = { cluster: context, object: objectRef("Deployment", istiod) };
  return version
    ? pass(`${context} runs istiod ${version.text}`, about)
    : info(`version of istiod ${qualified(istiod)} of ${context} not checked: ${why}`, about);
}

function withoutIstiod(
  { cluster: { context }, facts: { istiods } }: Member,
  kinds: ReadonlySet<MeshKind>,
): Finding[] {
  if (istiods.judged.length > 0) return [];
  if (isRemote(kinds, gathered(istiods))) {
    return [skip(`${context} has no istiod: it is led by that of another`, { cluster: context })];
  }
  const message = `${context} has no istiod whose version could be compared`;
  return [skip(message, { cluster: context, blockedBy: checkOf(context, "pods-istiod") })];
}

/** One finding for the mesh: the oldest and the newest are what is apart. */
function skew(running: readonly Running[]): Finding[] {
  const sorted = running
    .flatMap((one) => (one.version ? [{ ...one, version: one.version }] : []))
    .toSorted((a, b) => position(a.version) - position(b.version));
  const [oldest] = sorted;
  const newest = sorted.at(-1);
  if (!oldest || !newest) return [];
  if (position(newest.version) - position(oldest.version) <= MOST_APART) return [];
  const who = (edge: IstioVersion): string => {
    const at = sorted.filter(({ version }) => position(version) === position(edge));
    const contexts = [...new Set(at.map(({ cluster }) => cluster.context))];
    return `${minorOf(edge)} in ${enumerate(contexts)}`;
  };
  const { cluster, istiod } = oldest;
  return [
    warn(`istiod minors are more than two apart: ${who(oldest.version)}, ${who(newest.version)}`, {
      cluster: cluster.context,
      object: objectRef("Deployment", istiod),
      remediation: remedy(
        "Upgrade the oldest control planes, one minor at a time, to within two minors of the newest.",
        kubectl(cluster, "-n", istiod.namespace, "get", "deployment", istiod.name, "-o", "wide"),
      ),
    }),
  ];
}

export const versions = meshCheck({
  id: "versions",
  title: "Version Skew Check",
  view: { rank: 230 },
  why: "istiods exchange workloads and services with one another: Istio supports that for near minors only.",
  reads: "The image of istiod, or its label app.kubernetes.io/version for an image by digest.",
  faults: ["Minor versions of istiod are more than two apart."],
  fixes: ["Upgrade the oldest control planes, one minor at a time."],
  needs: ["istiods"],
  run(members: readonly Member[], { absent, kinds }) {
    const running = members.flatMap(({ cluster, facts }) =>
      facts.istiods.judged.map((istiod) => ({
        cluster,
        istiod,
        ...versionOf(istiod, "discovery"),
      })),
    );
    const findings = [
      ...running.map(ownFinding),
      ...members.flatMap((member) => withoutIstiod(member, kinds)),
      ...skew(running),
      ...(members.length < 2 ? [pairsSkipped("versions are not compared", absent)] : []),
    ];
    return { findings, summary: summarize(findings, fine(running)) };
  },
});

function fine(running: readonly Running[]): string {
  const minors = new Set(running.flatMap(({ version }) => (version ? [minorOf(version)] : [])));
  const [only] = minors;
  if (only === undefined) return "no version of istiod is known";
  return minors.size === 1 ? `istiod is ${only} everywhere` : "istiod minors are at most two apart";
}
