import { deleteRemoteSecret } from "../../mesh/commands/remote-secret.ts";
import { credentialsOf, ignoredBy, type Credential } from "../../mesh/remote-secrets.ts";
import { enumerate, qualified } from "../../mesh/wording.ts";
import { meshCheck } from "../../model/check.ts";
import { info, objectRef, remedy, skip, summarize, warn } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import { notChecked } from "../_shared/not-checked.ts";
import { pairsSkipped } from "../_shared/pairs-skipped.ts";
import { credentialFinding } from "./credential.ts";
import type { Member } from "./member.ts";
import { missingFindings } from "./missing.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "remote-secrets": undefined;
  }
}

/** One key in several Secrets: istiod takes the first that it sees and passes the others over. */
function repeated(credentials: readonly Credential<Member>[]): Finding[] {
  const groups = Map.groupBy(credentials, ({ from, kubeconfig }) =>
    JSON.stringify([from.cluster.context, kubeconfig.cluster]),
  );
  return [...groups.values()].flatMap(([first, ...more]) => {
    const [second] = more;
    if (!first || !second) return [];
    const { cluster } = first.from;
    const names = [first, ...more].map(({ secret }) => qualified(secret));
    return [
      warn(
        `Secrets ${enumerate(names)} of ${cluster.context} are all for cluster ${first.kubeconfig.cluster}: istiod takes the one that it sees first`,
        {
          cluster: cluster.context,
          object: objectRef("Secret", second.secret),
          remediation: remedy(
            "Delete those that are not the present one.",
            deleteRemoteSecret(cluster, second.secret),
          ),
        },
      ),
    ];
  });
}

function isPassedOver({ facts: { istiods } }: Member): boolean {
  return istiods.ok && ignoredBy(istiods.value) !== undefined;
}

function passedOver({ cluster, facts }: Member): Finding[] {
  const variable = facts.istiods.ok ? ignoredBy(facts.istiods.value) : undefined;
  if (variable === undefined || facts.remoteSecrets.length === 0) return [];
  return [
    info(`istiod of ${cluster.context} passes remote secrets over: ${variable} is set`, {
      cluster: cluster.context,
    }),
  ];
}

function unreadable({ cluster, facts }: Member): Finding[] {
  return facts.remoteSecrets.flatMap((secret) =>
    secret.kubeconfigs && !secret.kubeconfigs.ok
      ? [
          notChecked(`Secret ${qualified(secret)}`, secret.kubeconfigs, {
            cluster: cluster.context,
            object: objectRef("Secret", secret),
          }),
        ]
      : [],
  );
}

export const remoteSecrets = meshCheck({
  id: "remote-secrets",
  title: "Remote Secret Check",
  meshKind: "community",
  notInPrecheck: "remote secrets are made when clusters are joined",
  view: { rank: 500 },
  why: "istiod learns of the services and pods of another cluster by a kubeconfig in a Secret: without it, or with one that no longer works, its proxies see local endpoints alone.",
  reads:
    "Secrets with label istio/multiCluster=true of the istio namespace: where their kubeconfigs lead, and what their tokens say of themselves; the ServiceAccounts, Secrets and the API server's root of the clusters that they lead to. Credentials are neither kept nor shown.",
  faults: [
    "A cluster with an istiod has no remote secret for another cluster of the run: where that one reads it, only if it would gain endpoints by it.",
    "The data key is not the CLUSTER_ID of the cluster that the kubeconfig leads to.",
    "The kubeconfig cannot be read, leads to the machine that it was made on, or signs in by a way that istiod refuses.",
    "Its token has expired, or its ServiceAccount or Secret is gone; a token that expires within a week is a warning.",
    "Several Secrets are for one cluster, or one is for the cluster that it is in (warnings).",
  ],
  fixes: [
    "istioctl create-remote-secret --context B --name CLUSTER_ID_OF_B | kubectl --context A apply -f -",
    "Delete remote secrets that are not needed.",
  ],
  needs: ["remoteSecrets"],
  uses: ["istiods", "credentialTarget", "endpoints", "services", "proxyPods", "meshConfigs"],
  run(members: readonly Member[], { absent, kinds }) {
    const credentials = credentialsOf(members).filter(({ from }) => !isPassedOver(from));
    const findings = [
      ...credentials.map(credentialFinding),
      ...repeated(credentials),
      ...members.flatMap(unreadable),
      ...members.flatMap(passedOver),
      // In a migration peering may have taken over between any two.
      ...(kinds.has("peering")
        ? []
        : missingFindings(
            members,
            members.filter((one) => !isPassedOver(one)),
            credentials,
            kinds,
          )),
      ...(members.length < 2 ? [pairsSkipped("who should read whom is not judged", absent)] : []),
    ];
    const read = findings.filter(({ severity }) => severity === "pass").length;
    const fine = read > 0 ? "every remote secret leads where its key says" : "none is in use";
    return {
      findings: findings.length > 0 ? findings : [skip(fine)],
      summary: summarize(findings, fine),
    };
  },
});
