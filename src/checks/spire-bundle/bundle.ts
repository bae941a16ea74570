import { kubectl } from "../../mesh/commands/shell.ts";
import { BUNDLE_PEM, BUNDLE_SPIFFE } from "../../mesh/spire/names.ts";
import { bundleText, certificatesOf, type UpstreamCa } from "../../mesh/spire/trust.ts";
import { named } from "../../mesh/trust/certificate-text.ts";
import { enumerate } from "../../mesh/wording.ts";
import type { ClusterRef } from "../../model/check.ts";
import { error, fail, objectRef, remedy, warn } from "../../model/finding.ts";
import { gathered } from "../../model/gathered.ts";
import type { Finding } from "../../model/report.ts";
import type { SpireBundleFact } from "../../model/spire.ts";
import type { CertificateFacts, SpireTrustMatrix } from "../../model/trust.ts";

interface Around {
  trust: SpireTrustMatrix;
  /** The roots that servers are given by a file. */
  upstreams: readonly UpstreamCa[];
  cluster: ClusterRef;
}

/** The ConfigMap that agents take their roots from, which SPIRE's server fills. */
export function bundleFindings(bundle: SpireBundleFact, around: Around): Finding[] {
  const { cluster, trust, upstreams } = around;
  const { namespace, name, pem, spiffe, unreadable } = bundle;
  const object = objectRef("ConfigMap", { namespace, name });
  const on = (...words: string[]): string => kubectl(cluster, "-n", namespace, ...words);
  if (bundle.missing) {
    const remediation = remedy(
      "Install SPIRE's chart, which makes it; the server fills it.",
      on("get", "configmaps"),
    );
    return [
      fail(
        `ConfigMap ${namespace}/${name} does not exist: agents do not start without the trust bundle`,
        { remediation },
      ),
    ];
  }
  const fill = remedy(
    "See in the log of SPIRE's server why its notifier or publisher does not write the bundle; then restart the agents.",
    on("get", "configmap", name, "-o", "yaml"),
    on("get", "pods"),
  );
  if (pem === undefined && spiffe === undefined) {
    if (unreadable !== undefined) {
      const message = `key ${BUNDLE_SPIFFE} of ConfigMap ${namespace}/${name} cannot be parsed, so it was not judged: ${unreadable}`;
      return [error(message, { object, remediation: fill })];
    }
    const message = `ConfigMap ${namespace}/${name} has neither ${BUNDLE_PEM} nor ${BUNDLE_SPIFFE}: agents do not start without the trust bundle`;
    return [fail(message, { object, remediation: fill })];
  }
  const roots = certificatesOf(trust, bundleText({ bundles: [gathered(bundle)] }));
  if (roots.length === 0) {
    const message = `the trust bundle in ConfigMap ${namespace}/${name} has no certificate that can be read`;
    return [fail(message, { object, remediation: fill })];
  }
  if (roots.every(({ notAfter }) => notAfter < cluster.now)) {
    const message = `every certificate of the trust bundle in ConfigMap ${namespace}/${name} has expired: ${enumerate(roots.map(named), 3)}`;
    return [fail(message, { object, remediation: fill })];
  }
  return stale(bundle, roots, upstreams, around);
}

/** A server publishes the file of roots when it starts: what is changed under it stays unknown. */
function stale(
  { namespace, name }: SpireBundleFact,
  roots: readonly CertificateFacts[],
  upstreams: readonly UpstreamCa[],
  { trust, cluster }: Around,
): Finding[] {
  const known = new Set(roots.map(({ sha256 }) => sha256));
  return upstreams.flatMap(({ namespace: where, secret, hasBundleFile }) => {
    const written = hasBundleFile ? certificatesOf(trust, secret.bundle) : [];
    const lacking = written.filter(
      ({ sha256, notAfter }) => !known.has(sha256) && notAfter > cluster.now,
    );
    if (lacking.length === 0) return [];
    const message = `the trust bundle in ConfigMap ${namespace}/${name} lacks ${enumerate(lacking.map(named), 3)} of Secret ${where}/${secret.name}: SPIRE's server has not published it`;
    const remediation = remedy(
      "Restart SPIRE's server, which reads the file of roots when it starts.",
      kubectl(
        cluster,
        "-n",
        where,
        "rollout",
        "restart",
        "statefulset",
        "-l",
        "app.kubernetes.io/name=server",
      ),
    );
    return [warn(message, { object: objectRef("ConfigMap", { namespace, name }), remediation })];
  });
}
