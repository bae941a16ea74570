import { setIstiodVariable } from "../../mesh/commands/istiod.ts";
import { externalAuthority } from "../../mesh/trust/cacerts.ts";
import {
  isTrusted,
  otherAuthority,
  TRUSTED_ACCOUNTS,
  trustedAccounts,
} from "../../mesh/trust/node-accounts.ts";
import { HELM_VARIABLES, helmUpgrade } from "../../mesh/commands/helm.ts";
import { quote } from "../../mesh/commands/shell.ts";
import { enumerate, qualified } from "../../mesh/wording.ts";
import { clusterCheck, type ClusterRef } from "../../model/check.ts";
import type { IstiodFact, WorkloadFact } from "../../model/facts.ts";
import {
  checkOf,
  fail,
  info,
  isFault,
  objectRef,
  pass,
  remedy,
  skip,
  summarize,
  warn,
} from "../../model/finding.ts";
import { notChecked } from "../_shared/not-checked.ts";
import type { Finding, Remediation } from "../../model/report.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "ztunnel-trust": undefined;
  }
}

const ZTUNNEL = "ztunnel";

function accountOf({ serviceAccount = ZTUNNEL }: WorkloadFact): string {
  return serviceAccount;
}

function trustIt(
  istiod: IstiodFact,
  ztunnel: WorkloadFact,
  accounts: readonly string[],
  cluster: ClusterRef,
): Remediation {
  const { namespace } = ztunnel;
  const account = accountOf(ztunnel);
  const values = [
    `trustedZtunnelNamespace=${namespace}`,
    ...(account === ZTUNNEL ? [] : [`trustedZtunnelName=${account}`]),
  ].map((value) => `--set ${quote(value)}`);
  return remedy(
    `Set trustedZtunnelNamespace of the istiod Helm release to the namespace of ztunnel (global.platform=openshift makes it kube-system); ${HELM_VARIABLES}. Until its next upgrade the second command does it.`,
    [helmUpgrade(cluster, "istiod", istiod.namespace, []), ...values].join(" "),
    setIstiodVariable(
      cluster,
      istiod,
      TRUSTED_ACCOUNTS,
      [...accounts, `${namespace}/${account}`].join(","),
    ),
  );
}

/** What one istiod makes of one ztunnel. */
function judge(istiod: IstiodFact, ztunnel: WorkloadFact, cluster: ClusterRef): Finding {
  const object = objectRef("DaemonSet", ztunnel);
  const who = `ztunnel ${qualified(ztunnel)}`;
  const trusted = trustedAccounts(istiod);
  const subject = `${TRUSTED_ACCOUNTS} of istiod ${qualified(istiod)}`;
  if (trusted.kind === "unresolved") {
    return info(`whether istiod ${qualified(istiod)} trusts ${who} not checked: ${trusted.why}`, {
      object,
    });
  }
  if (trusted.kind === "unset") {
    const message = `${subject} is not set`;
    return trusted.solo
      ? skip(`${message}: whether Solo's build trusts ${who} all the same is not known`, { object })
      : warn(
          `${message}, which its chart always sets: it trusts nobody then, and refuses ${who} the certificates of workloads`,
          { object, remediation: trustIt(istiod, ztunnel, [], cluster) },
        );
  }
  const { accounts } = trusted;
  if (isTrusted(ztunnel, accounts)) {
    return pass(`istiod ${qualified(istiod)} trusts ${who}`, { object });
  }
  const runsAs = `runs as ${ztunnel.namespace}/${accountOf(ztunnel)}`;
  const list = accounts.length === 0 ? "is empty" : `has only ${enumerate(accounts)}`;
  return fail(
    `${who} ${runsAs}, but ${subject} ${list}: istiod refuses it the certificates of workloads (impersonation)`,
    { object, remediation: trustIt(istiod, ztunnel, accounts, cluster) },
  );
}

function judgeZtunnel(
  ztunnel: WorkloadFact,
  istiods: readonly IstiodFact[],
  cluster: ClusterRef,
): Finding[] {
  const other = otherAuthority(ztunnel) ?? externalAuthority(istiods)?.why;
  if (other !== undefined) {
    const message = `ztunnel ${qualified(ztunnel)} needs no trust of istiod: ${other}`;
    return [skip(message, { object: objectRef("DaemonSet", ztunnel) })];
  }
  const found = istiods.map((istiod) => judge(istiod, ztunnel, cluster));
  // It asks the istiod of one revision only.
  const trusting = found.filter(({ severity }) => severity === "pass");
  return trusting.length > 0 ? trusting : found;
}

export const ztunnelTrust = clusterCheck({
  id: "ztunnel-trust",
  title: "Ztunnel Trust Check",
  view: { rank: 320, since: "1.30" },
  logs: ["impersonation"],
  why: "ztunnel asks istiod for the certificates of the workloads on its node, which istiod gives to the accounts that it trusts only: without them no workload of the mesh is reached.",
  reads: `Env ${TRUSTED_ACCOUNTS} of istiod; namespace, service account and env CA_ADDRESS of the ztunnel DaemonSets; whether the mesh takes identities from SPIRE.`,
  faults: [
    `${TRUSTED_ACCOUNTS} has not the namespace and service account of ztunnel, as where istiod was installed without global.platform=openshift and ztunnel into kube-system.`,
    "A community istiod does not set it (a warning).",
  ],
  fixes: ["Set trustedZtunnelNamespace of the istiod Helm release to the namespace of ztunnel."],
  needs: ["istiods"],
  uses: ["ztunnels", "spire"],
  run({ istiods, ztunnels: read, spire }, { cluster }) {
    if (!read.ok) {
      const finding = notChecked("whether istiod trusts ztunnel", read);
      return { summary: finding.message, findings: [finding] };
    }
    const ztunnels = read.value;
    if (ztunnels.length === 0) {
      const summary = "no ztunnel for istiod to trust";
      return { summary, findings: [skip(summary)] };
    }
    if (istiods.judged.length === 0) {
      const summary = "no istiod whose trust could be looked at";
      const blockedBy = checkOf(cluster.context, "pods-istiod");
      return { summary, findings: [skip(summary, { blockedBy })] };
    }
    const [sign] = spire.ok ? spire.value.signs : [];
    if (sign !== undefined) {
      const summary = `ztunnel has its certificates of SPIRE: ${sign}`;
      return { summary, findings: [skip(summary)] };
    }
    const findings = ztunnels
      .flatMap((one) => judgeZtunnel(one, istiods.judged, cluster))
      // Where SPIRE gives the certificates it is no fault.
      .map((finding) =>
        isFault(finding.severity) && !spire.ok ? notChecked(finding.message, spire) : finding,
      );
    const [first] = findings;
    const isJudged = findings.some(({ severity }) => severity !== "skip");
    const fine = isJudged || !first ? "istiod trusts ztunnel" : first.message;
    return { findings, summary: summarize(findings, fine) };
  },
});
