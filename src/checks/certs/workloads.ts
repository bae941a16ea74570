import { enumerate } from "../../mesh/wording.ts";
import { restartZtunnel } from "../../mesh/commands/ztunnel.ts";
import { info, remedy, warn } from "../../model/finding.ts";
import type { Finding } from "../../model/report.ts";
import type { CertificateFacts, TrustMatrix } from "../../model/trust.ts";
import { notChecked } from "../_shared/not-checked.ts";
import { contentOf, isAmong, rootsName, type ClusterCertificates } from "./cluster-certificates.ts";
import { rootsText } from "./wording.ts";

/**
 * Where recordings have it, what roots ztunnel's workloads trust: it takes up another ConfigMap only
 * with time, or when it is restarted.
 */
export function workloadFindings(member: ClusterCertificates, trust: TrustMatrix): Finding[] {
  const { ztunnelDumps } = member.facts;
  const { cluster, context, roots } = member;
  if (!ztunnelDumps.ok) {
    return [notChecked(`cluster ${context}: roots of ztunnel`, ztunnelDumps, { cluster: context })];
  }
  const lacking: string[] = [];
  let lacked: CertificateFacts[] = [];
  const more = new Map<string, CertificateFacts>();
  for (const { pod, rootPems } of ztunnelDumps.value) {
    const trusted = rootPems.flatMap((pem) => contentOf(trust, pem).certificates);
    if (trusted.length === 0) continue;
    const absent = roots.filter((root) => !isAmong(root, trusted));
    if (absent.length > 0) {
      lacking.push(pod);
      lacked = absent;
    }
    for (const one of trusted) if (!isAmong(one, roots)) more.set(one.sha256, one);
  }
  const about = { cluster: context };
  const [pod] = lacking;
  if (pod !== undefined) {
    const namespace = pod.includes("/") ? pod.replace(/\/.*/, "") : cluster.istioNamespace;
    return [
      warn(
        `cluster ${context}: workloads of ztunnel ${enumerate(lacking, 3)} do not trust ${rootsText(lacked)} of ConfigMap ${rootsName(member)}`,
        {
          ...about,
          remediation: remedy(
            "Restart ztunnel, so that it takes up the root certificates.",
            restartZtunnel(cluster, namespace),
          ),
        },
      ),
    ];
  }
  if (more.size === 0) return [];
  const extra = rootsText([...more.values()]);
  return [
    info(
      `cluster ${context}: workloads of ztunnel also trust ${extra}, not in ConfigMap ${rootsName(member)}`,
      about,
    ),
  ];
}
