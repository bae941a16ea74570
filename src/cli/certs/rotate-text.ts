import { X509Certificate } from "node:crypto";
import type { BundledCertificate } from "../../certs/bundle.ts";
import type { RotatingCluster } from "../../certs/cluster-state.ts";
import type { ClusterState, RotationStep, StepName, Wait } from "../../certs/rotation.ts";
import { oneLine } from "../../lib/sanitize.ts";
import { restartIstiod } from "../../mesh/commands/istiod.ts";
import { restartZtunnel } from "../../mesh/commands/ztunnel.ts";
import { CACERTS } from "../../mesh/trust/cacerts.ts";
import { enumerate } from "../../mesh/wording.ts";
import { rotationPhase } from "../../mesh/rotation.ts";
import type { ClusterRef } from "../../model/check.ts";
import { indented } from "../shared/say.ts";

const WHAT: Readonly<Record<StepName, string>> = {
  add: "the new root beside the old one",
  switch: "the new intermediate certificate, below the new root",
  renew: "the new intermediate certificate, below the root that is trusted already",
  drop: "the new root alone",
};

/** Where each cluster is. */
export function phaseLines(states: readonly ClusterState[], roots: readonly string[]): string[] {
  return states.map((state) => {
    const { context, written, trusted, signer, target } = state;
    const to = target.anchors.find((root) => roots.includes(root)) ?? "";
    const anchor = signer.anchors.includes(to) ? to : signer.anchors[0];
    const phase = rotationPhase(
      {
        written: fingerprints(written),
        trusted: fingerprints(trusted),
        anchor: anchor === undefined ? undefined : { sha256: anchor },
      },
      to,
    );
    const renewed = signer.sha256 === target.sha256 ? "" : ", the new intermediate not installed";
    return `cluster ${context}: ${phase}${phase === "done" ? renewed : ""}`;
  });
}

function fingerprints(roots: readonly string[]): { sha256: string }[] {
  return roots.map((sha256) => ({ sha256 }));
}

/** What the step is about. */
export function stepLine(
  step: RotationStep,
  clusters: readonly RotatingCluster[],
  roots: ReadonlyMap<string, BundledCertificate>,
): string[] {
  switch (step.kind) {
    case "finished":
      return ["done: every cluster signs with the new certificate and trusts the new root alone"];
    case "unsure": {
      const names = step.roots.map((root) => rootText(roots.get(root)));
      return [
        `not taken: cluster ${step.context} would drop ${step.roots.length} roots: ${names.join("; ")}. Put those that are to stay into root-cert.pem of every directory, or say --drop-all`,
      ];
    }
    default: {
      const contexts =
        step.kind === "write" ? step.changes.map(({ context }) => context) : undefined;
      const all = contexts ?? clusters.map(({ ref }) => ref.context);
      return [`next step: ${WHAT[step.step]} (${enumerate(all)})`];
    }
  }
}

function rootText(root: BundledCertificate | undefined): string {
  if (!root) return "a root";
  const short = root.sha256.slice(0, 12);
  try {
    return `${new X509Certificate(root.pem).subject.replaceAll("\n", ",")} (SHA-256 ${short})`;
  } catch {
    return `SHA-256 ${short}`;
  }
}

/** Said of a Secret once it is written. */
export function writtenLine(step: StepName, ref: ClusterRef): string {
  return `Secret ${ref.istioNamespace}/${CACERTS} of cluster "${ref.context}" has ${WHAT[step]}`;
}

/** What stands before the step, with the commands for it. */
export function nextLines(step: RotationStep, clusters: readonly RotatingCluster[]): string[] {
  const clusterOf = (context: string): RotatingCluster | undefined =>
    clusters.find(({ ref }) => ref.context === context);
  switch (step.kind) {
    case "restart": {
      const commands = step.contexts.flatMap((context) => {
        const ref = clusterOf(context)?.ref;
        return ref ? [restartIstiod(ref)] : [];
      });
      return [`before it, istiod must be restarted: ${RESTART[step.step]}`, ...indented(commands)];
    }
    case "wait":
      return step.waits.flatMap((wait) => waitLines(wait, clusterOf(wait.context)));
    case "refused":
      return step.cuts.map(({ truster, owner }) =>
        oneLine(
          truster === owner
            ? `refused: the workloads of ${truster} would cease to trust one another`
            : `refused: the workloads of ${truster} would cease to trust those of ${owner}`,
        ),
      );
    default:
      return [];
  }
}

const RESTART: Readonly<Record<StepName, string>> = {
  add: "it does not take the added root up by itself",
  switch: "it does not take the new certificate up by itself",
  renew: "it does not take the new certificate up by itself",
  drop: "only then is it certain that nothing is signed below the old root, or that the old root is gone",
};

function waitLines({ context, gate }: Wait, cluster: RotatingCluster | undefined): string[] {
  if (gate === "istiod") {
    return [oneLine(`cluster ${context}: istiod takes the Secret up within a few minutes`)];
  }
  const until =
    gate.until === undefined
      ? "; when they will have been cannot be told: once all have been restarted, say --workloads-renewed"
      : `; by themselves they all will have been at ${new Date(gate.until).toISOString()}`;
  const pods = gate.pods.length > 0 ? ` (${enumerate(gate.pods)})` : "";
  return [
    oneLine(`cluster ${context}: ${gate.why}${pods}${until}`),
    ...(cluster ? indented(renewCommands(cluster, gate.pods)) : []),
  ];
}

/** What makes the wait shorter: ztunnels ask for new certificates when they start. */
function renewCommands(
  { ref, ztunnelPods = [] }: RotatingCluster,
  pods: readonly string[],
): string[] {
  const lagging = ztunnelPods.filter(({ namespace, name }) =>
    pods.includes(`${namespace}/${name}`),
  );
  const namespaces = new Set(lagging.map(({ namespace }) => namespace));
  return [...namespaces].map((namespace) => restartZtunnel(ref, namespace));
}
