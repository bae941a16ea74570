import { kubectl } from "../../lib/shell.ts";
import { clusterCheck, type ClusterRef } from "../../model/check.ts";
import type { LicenseFact } from "../../model/facts.ts";
import {
  error,
  fail,
  info,
  objectRef,
  pass,
  remedy,
  summarize,
  warn,
} from "../../model/finding.ts";
import type { Finding, Remediation } from "../../model/report.ts";

const MULTICLUSTER_PRODUCTS = new Set(["gloo-mesh", "gloo-trial"]);
const OTHER_PRODUCTS = /(^|[-_])(core|support-basic)($|[-_])/;

function replaceLicense(cluster: ClusterRef): Remediation {
  return remedy(
    "Install an Enterprise license: set license.value or license.secretRef of the istiod Helm release (the open source chart takes SOLO_LICENSE_KEY in pilot.env), then restart istiod.",
    `helm upgrade istiod <chart> --kube-context ${cluster.contextArgument} -n ${cluster.istioNamespace} --reuse-values --set license.value=<key>`,
  );
}

function judge(license: LicenseFact, cluster: ClusterRef): Finding {
  const object = objectRef("Pod", { namespace: license.namespace, name: license.pod });
  const name = `${license.namespace}/${license.pod}`;
  const { answer } = license;
  if (!answer.ok) {
    if (answer.why === "not-found") {
      return warn(`${name}: license endpoint not found; it needs Istio 1.27 or later`, {
        object,
        remediation: remedy(
          "Look for the license in istiod's log, or upgrade to 1.27.",
          kubectl(cluster, "-n", license.namespace, "logs", license.pod),
        ),
      });
    }
    return error(`${name}: license could not be read: ${answer.detail}`, {
      object,
      remediation: remedy(
        "Read the license state through a port-forward.",
        kubectl(cluster, "-n", license.namespace, "port-forward", `pod/${license.pod}`, "15014"),
      ),
    });
  }
  const { state, product } = answer.value;
  if (state !== "OK" && state !== "BYPASSED") {
    return fail(`${name}: license state is ${state}`, {
      object,
      remediation: replaceLicense(cluster),
    });
  }
  if (MULTICLUSTER_PRODUCTS.has(product)) return pass(`${name}: ${product} license is ${state}`);
  if (OTHER_PRODUCTS.test(product)) {
    return fail(`${name}: license product ${product} does not include multicluster`, {
      object,
      remediation: replaceLicense(cluster),
    });
  }
  return info(`${name}: license product ${product || "(none)"} is not one that mc knows`, {
    object,
  });
}

export const license = clusterCheck({
  id: "license",
  title: "License Check",
  why: "istiod refuses to peer with other clusters without a license that includes multicluster.",
  reads: "GET /debug/license of every running istiod pod.",
  faults: [
    "The state of a replica is EXPIRED, INVALID or UNSET.",
    "The product (core, support-basic) does not include multicluster.",
    "istiod is older than 1.27 and has no license endpoint.",
  ],
  fixes: ["Set license.value or license.secretRef of the istiod Helm release and restart istiod."],
  needs: ["licenses"],
  run({ licenses }, { cluster }) {
    if (licenses.length === 0) {
      const message = "no running istiod pod to ask for its license";
      const finding = error(message, {
        remediation: remedy(
          "Look at the istiod pods.",
          kubectl(cluster, "get", "pods", "-A", "-l", "app=istiod"),
        ),
        blockedBy: `${cluster.context}/pods-istiod`,
      });
      return { summary: message, findings: [finding] };
    }
    const findings = licenses.map((one) => judge(one, cluster));
    return { findings, summary: summarize(findings, "license is valid for multicluster") };
  },
});
