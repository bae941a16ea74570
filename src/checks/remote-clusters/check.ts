import { istiodLog, restartIstiod } from "../../mesh/commands/istiod.ts";
import { ignoredBy, readsNobody } from "../../mesh/remote-secrets.ts";
import { enumerate, qualified } from "../../mesh/wording.ts";
import { clusterCheck, type ClusterRef } from "../../model/check.ts";
import type { RemoteClustersFact } from "../../model/facts.ts";
import { fail, info, objectRef, pass, skip, step, summarize, warn } from "../../model/finding.ts";
import { valueOr } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";
import { notChecked } from "../_shared/not-checked.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "remote-clusters": undefined;
  }
}

/** How long istiod has for a new Secret, ms: as long as it waits for a cluster. */
const GRACE = 60_000;

/** A cluster that istiod should read by the Secrets of its namespace. */
interface Expected {
  id: string;
  secret: { namespace: string; name: string; createdAt?: number };
}

function statusFinding(
  { namespace, pod }: RemoteClustersFact,
  { id, status, secret }: { id: string; status: string; secret?: string },
  cluster: ClusterRef,
): Finding {
  const about = { object: objectRef("Pod", { namespace, name: pod }) };
  const by = secret === undefined ? "" : ` (Secret ${secret})`;
  const who = `istiod ${namespace}/${pod}`;
  if (status === "synced") return pass(`${who} reads cluster ${id}${by}`, about);
  if (status === "syncing") {
    return warn(`${who} is still reading cluster ${id}${by} at a second look`, {
      ...about,
      remediation: step("Look again in half a minute.", istiodLog(cluster)),
    });
  }
  const why =
    status === "timeout" ? "does not get an answer from" : `says ${status || "nothing"} of`;
  return fail(`${who} ${why} cluster ${id}${by}`, {
    ...about,
    remediation: step(
      "See in its log what the other API server answers; where the Secret is right and was mended since, restart istiod.",
      istiodLog(cluster),
      restartIstiod(cluster, namespace),
    ),
  });
}

function judge(
  one: RemoteClustersFact,
  expected: readonly Expected[],
  cluster: ClusterRef,
): Finding[] {
  const { namespace, pod, answer } = one;
  const about = { object: objectRef("Pod", { namespace, name: pod }) };
  if (!answer.ok) return [notChecked(`/debug/clusterz of ${namespace}/${pod}`, answer, about)];
  const others = answer.value.filter(({ id, secret }) => secret !== undefined || id !== cluster.id);
  const listed = new Set(answer.value.map(({ id }) => id));
  const unlisted = expected.filter(({ id }) => !listed.has(id));
  return [
    ...others.map((entry) => statusFinding(one, entry, cluster)),
    ...unlisted.map(({ id, secret }) => {
      const message = `istiod ${namespace}/${pod} does not read cluster ${id}, for which there is Secret ${qualified(secret)}`;
      const young = secret.createdAt !== undefined && cluster.now - secret.createdAt < GRACE;
      return (young ? warn : fail)(message, {
        ...about,
        remediation: step(
          "See in its log why it does not take the Secret; it does not try a bad one again, so restart it once the Secret is right.",
          istiodLog(cluster),
          restartIstiod(cluster, namespace),
        ),
      });
    }),
  ];
}

export const remoteClusters = clusterCheck({
  id: "remote-clusters",
  title: "Remote Cluster Check",
  meshKind: "community",
  notInPrecheck: "remote secrets are made when clusters are joined",
  view: { rank: 510 },
  why: "A remote secret that is right is of no use while istiod does not get through to the API server that it names.",
  reads:
    "/debug/clusterz of every istiod pod, a second time where a cluster is still being read; remote secrets.",
  faults: [
    "istiod gets no answer from a cluster, or has closed it.",
    "istiod does not list a cluster that it has a remote secret for.",
    "istiod is still reading a cluster at a second look (warning).",
  ],
  fixes: [
    "Follow istiod's log: the network to the other API server, the rights of the reader there.",
    "Restart istiod after a Secret was mended: some releases do not take the new one up.",
  ],
  logs: ["remote cluster"],
  needs: ["remoteClusters"],
  uses: ["remoteSecrets", "istiods"],
  run({ remoteClusters: answers, remoteSecrets, istiods }, { cluster }) {
    const { judged, others } = valueOr(istiods, { judged: [], others: [] });
    const variable = ignoredBy({ judged, others });
    if (variable !== undefined && readsNobody({ judged, others })) {
      const message = `istiod passes remote secrets over: ${variable} is set`;
      return { summary: message, findings: [info(message)] };
    }
    // With kubeconfigs in files the Secrets say nothing of what it should read.
    const secrets = variable === undefined ? valueOr(remoteSecrets, []) : [];
    const expected = secrets.flatMap((secret) =>
      valueOr(secret.kubeconfigs, [])
        .filter(({ cluster: id, unreadable }) => id !== cluster.id && unreadable === undefined)
        .map(({ cluster: id }) => ({ id, secret })),
    );
    if (answers.length === 0) {
      const message =
        judged.length + others.length === 0 ? "no istiod here" : "no istiod that could be asked";
      return { summary: message, findings: [skip(message)] };
    }
    const findings = answers.flatMap((one) => judge(one, expected, cluster));
    const ids = new Set(
      answers.flatMap(({ answer }) =>
        valueOr(answer, []).flatMap(({ id }) => (id === cluster.id ? [] : [id])),
      ),
    );
    const fine =
      ids.size === 0 ? "istiod reads no other cluster" : `istiod reads ${enumerate([...ids])}`;
    return { findings, summary: summarize(findings, fine) };
  },
});
