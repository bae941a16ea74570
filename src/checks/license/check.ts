import { PORT_DEBUG } from "../../mesh/names.ts";
import { restartIstiod } from "../../mesh/commands/istiod.ts";
import { grantCommands, refusedUser } from "../../mesh/commands/grant.ts";
import { contextWord, kubectl, mc } from "../../mesh/commands/shell.ts";
import { clusterCheck, type ClusterRef } from "../../model/check.ts";
import type { LicenseFact, PodFact } from "../../model/facts.ts";
import {
  checkOf,
  error,
  fail,
  info,
  objectRef,
  pass,
  remedy,
  skip,
  stopsPeering,
  summarize,
  warn,
} from "../../model/finding.ts";
import { valueOr, type Missing } from "../../model/gathered.ts";
import type { Finding, Remediation } from "../../model/report.ts";
import { HELM_VARIABLES, helmUpgrade, LICENSE_VALUE } from "../../mesh/commands/helm.ts";
import { stopsItsCluster } from "../_shared/explanations.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    license: undefined;
  }
}

const VALID_STATES: ReadonlySet<string> = new Set(["OK", "BYPASSED"]);
const MULTICLUSTER_PRODUCTS: ReadonlySet<string> = new Set(["gloo-mesh", "gloo-trial"]);
const OTHER_PRODUCTS = /(^|[-_ ])(core|support[-_ ]basic)($|[-_ ])/i;

function replaceLicense({ namespace }: LicenseFact, cluster: ClusterRef): Remediation {
  return remedy(
    `Install an Enterprise license: set license.value or license.secretRef of the istiod chart (SOLO_LICENSE_KEY in pilot.env with the open source chart), then restart istiod; SOLO_ISTIO_LICENSE_KEY holds the key, ${HELM_VARIABLES}.`,
    helmUpgrade(cluster, "istiod", namespace, [LICENSE_VALUE]),
    restartIstiod(cluster, namespace),
  );
}

/** What stands around the answer of one replica. */
interface Around {
  pods: readonly PodFact[];
  /** Some replica has answered. */
  answered: boolean;
  cluster: ClusterRef;
}

function noAnswer(license: LicenseFact, cause: Missing, around: Around): Finding {
  const { namespace, pod } = license;
  const { pods, answered, cluster } = around;
  const object = objectRef("Pod", { namespace, name: pod });
  const inNamespace = (...words: string[]): string => kubectl(cluster, "-n", namespace, ...words);
  if (cause.why === "not-found") {
    return warn(`${namespace}/${pod}: no license endpoint; it needs Istio 1.27 or later`, {
      object,
      remediation: remedy(
        "Look for the license in istiod's log, or upgrade istiod to 1.27 or later.",
        inNamespace("logs", pod, "-c", "discovery"),
      ),
    });
  }
  const message = `${namespace}/${pod}: license could not be read: ${cause.detail}`;
  // Without a request it was istiod that refused, and no role would help.
  if (cause.why === "forbidden" && cause.request) {
    const { resource } = cause.request;
    const name = `mc-${resource.replaceAll("/", "-")}`;
    const grant = { name, verbs: "get,create", resource, namespace };
    return error(message, {
      object,
      remediation: remedy(
        `Allow whoever runs mc to get and create ${resource} in namespace ${namespace} (as someone who may grant it).`,
        ...grantCommands(cluster, grant, refusedUser(cause.detail)),
      ),
    });
  }
  if (cause.why === "not-recorded") {
    return error(message, {
      object,
      notRecorded: true,
      remediation: remedy(
        "Record the cluster with mc snapshot, which asks istiod, or check it live.",
        mc(cluster, `snapshot --contexts ${contextWord(cluster)} --output-dir DIR`),
      ),
    });
  }
  // A pod that is not up cannot answer.
  const isUnready = pods.some(
    (one) => one.namespace === namespace && one.name === pod && !one.healthy,
  );
  const explained: Pick<Finding, "blockedBy"> = isUnready
    ? { blockedBy: checkOf(cluster.context, "pods-istiod") }
    : {};
  if (isUnready && answered) return info(message, { object, ...explained });
  return error(message, {
    object,
    remediation: remedy(
      "Forward the port of istiod's debug endpoints and ask /debug/license on it.",
      inNamespace("port-forward", `pod/${pod}`, String(PORT_DEBUG)),
    ),
    ...explained,
  });
}

function judge(license: LicenseFact, around: Around): Finding {
  const { answer } = license;
  if (!answer.ok) return noAnswer(license, answer, around);
  const { cluster } = around;
  const name = `${license.namespace}/${license.pod}`;
  const object = objectRef("Pod", { namespace: license.namespace, name: license.pod });
  const { state, product } = answer.value;
  if (!VALID_STATES.has(state)) {
    return fail(`${name}: license state is ${state || "not given"}`, {
      object,
      remediation: replaceLicense(license, cluster),
    });
  }
  if (MULTICLUSTER_PRODUCTS.has(product.toLowerCase())) {
    return pass(`${name}: ${product} license is ${state}`, { object });
  }
  if (OTHER_PRODUCTS.test(product)) {
    return fail(`${name}: license product ${product} does not include multicluster`, {
      object,
      remediation: replaceLicense(license, cluster),
    });
  }
  return info(`${name}: license product ${product || "(none)"} is not one that mc knows`, {
    object,
  });
}

export const license = clusterCheck({
  id: "license",
  title: "License Check",
  meshKind: "peering",
  view: { rank: 120, familiar: true, passes: "hidden" },
  explanation: stopsItsCluster(3),
  why: "istiod refuses to peer with other clusters without a license that includes multicluster.",
  reads: "GET /debug/license of every running istiod pod.",
  faults: [
    "The state of a replica is EXPIRED, INVALID or UNSET.",
    "The product (core, support-basic) does not include multicluster.",
    "istiod is older than 1.27 and has no license endpoint.",
  ],
  fixes: ["Set license.value or license.secretRef of the istiod Helm release and restart istiod."],
  needs: ["licenses"],
  uses: ["istiodPods"],
  run({ licenses, istiodPods }, { cluster }) {
    if (licenses.length === 0) {
      const message = "no running istiod pod to ask for its license";
      const finding = skip(message, { blockedBy: checkOf(cluster.context, "pods-istiod") });
      return { summary: message, findings: [finding] };
    }
    const answered = licenses.some(({ answer }) => answer.ok);
    const around = { pods: valueOr(istiodPods, []), answered, cluster };
    const findings = licenses.map((one) => stopsPeering(judge(one, around)));
    return { findings, summary: summarize(findings, "license is valid for multicluster") };
  },
});
