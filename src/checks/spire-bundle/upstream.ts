import { kubectl } from "../../mesh/commands/shell.ts";
import { dateText, expiryOf, expiryText, named } from "../../mesh/trust/certificate-text.ts";
import { certificatesOf, type UpstreamCa } from "../../mesh/spire/trust.ts";
import type { ClusterRef } from "../../model/check.ts";
import { fail, info, objectRef, remedy, warn } from "../../model/finding.ts";
import type { Finding, Remediation } from "../../model/report.ts";
import type { CertificateFacts, SpireTrustMatrix } from "../../model/trust.ts";

const BUNDLE_VALUE = "spire-server.upstreamAuthority.disk.secret.data.bundle";

interface Around {
  trust: SpireTrustMatrix;
  cluster: ClusterRef;
}

/** What SPIRE's server signs below: the Secret of plugin `disk`. */
export function upstreamFindings(upstream: UpstreamCa, around: Around): Finding[] {
  const { namespace, secret } = upstream;
  const { trust, cluster } = around;
  const object = objectRef("Secret", { namespace, name: secret.name });
  const name = `Secret ${namespace}/${secret.name}`;
  const look = kubectl(cluster, "-n", namespace, "describe", "secret", secret.name);
  if (secret.missing) {
    // A Secret that is not there is no object that a finding may name.
    const remediation = remedy(
      "Make the Secret from the intermediate certificate, its key and the roots.",
      kubectl(cluster, "-n", namespace, "get", "secrets"),
    );
    return [
      fail(`${name}, which SPIRE's server mounts, does not exist: its pod waits for it`, {
        remediation,
      }),
    ];
  }
  if (secret.certificate === undefined) {
    return [
      info(`upstream CA in ${name} not checked: none of the keys that mc reads has it`, { object }),
    ];
  }
  const [certificate] = certificatesOf(trust, secret.certificate);
  if (!certificate) {
    const remediation = remedy("Put the certificate of the upstream CA into it, as PEM.", look);
    return [fail(`${name} has no certificate that can be read`, { object, remediation })];
  }
  const issueAnew = (what: string): Remediation =>
    remedy(`Issue the intermediate certificate anew ${what}, and restart SPIRE's server.`, look);
  const subject = `upstream CA ${named(certificate)} of ${name}`;
  const found = certificateFault(certificate, cluster.now);
  if (found?.severity === "fail") {
    return [fail(`${subject} ${found.what}`, { object, remediation: issueAnew(found.how) })];
  }
  return [
    ...(found
      ? [warn(`${subject} ${found.what}`, { object, remediation: issueAnew(found.how) })]
      : []),
    ...bundleFile(upstream, certificate, around),
  ];
}

interface CertificateFault {
  severity: "fail" | "warn";
  what: string;
  /** How to issue it anew. */
  how: string;
}

const wrong = (what: string, how: string): CertificateFault => ({ severity: "fail", what, how });

/** What keeps a certificate from signing what SPIRE's server makes: a CA for itself. */
function certificateFault(
  certificate: CertificateFacts,
  now: number,
): CertificateFault | undefined {
  const { ca, selfSigned, keyUsage, pathLength, notBefore } = certificate;
  // One of version 1 cannot say that it is a CA, and only roots may be of that version.
  if (!ca && !selfSigned) {
    return wrong(
      "is not a CA (CA:true is missing): it cannot sign that of SPIRE's server",
      "with basicConstraints CA:true, pathlen:1",
    );
  }
  if (keyUsage && !keyUsage.includes("keyCertSign")) {
    return wrong(
      "may not sign certificates (its key usage lacks keyCertSign)",
      "with key usage keyCertSign and cRLSign",
    );
  }
  if (pathLength === 0) {
    return wrong(
      "has path length 0, but SPIRE's server puts a CA of its own below it: nobody trusts what that signs",
      "with path length 1, below a root with 2 or none",
    );
  }
  if (notBefore > now)
    return wrong(`is not valid before ${dateText(notBefore)}`, "with dates that have begun");
  const expiry = expiryOf(certificate, now);
  return (
    expiry && {
      severity: expiry,
      what: expiryText(certificate, now),
      how: "with a longer lifetime",
    }
  );
}

/** Whether SPIRE knows the roots above the CA that it signs below. */
function bundleFile(
  { namespace, secret, hasBundleFile, configMap }: UpstreamCa,
  certificate: CertificateFacts,
  { trust, cluster }: Around,
): Finding[] {
  const object = objectRef("Secret", { namespace, name: secret.name });
  const name = `Secret ${namespace}/${secret.name}`;
  const isRoot = certificate.subject === certificate.issuer;
  const on = (...words: string[]): string => kubectl(cluster, "-n", namespace, ...words);
  if (!hasBundleFile) {
    if (isRoot) return [];
    const message = `SPIRE's server has no bundle_file_path, so its only root is the intermediate certificate ${named(certificate)}: other clusters do not trust what it signs`;
    const config = objectRef("ConfigMap", { namespace, name: configMap });
    const remediation = remedy(
      `Set ${BUNDLE_VALUE} in SPIRE's Helm values to any text, also where the Secret is made by hand, as the chart writes bundle_file_path only then; put the roots into key bundle.crt of ${name}, upgrade the release and restart the server.`,
      on("get", "secret", secret.name, "-o", "jsonpath={.data.bundle\\.crt}"),
      on("get", "statefulsets"),
    );
    return [fail(message, { object: config, remediation })];
  }
  if (secret.bundle === undefined) {
    const message = `${name} has no key for the file of roots that SPIRE's server is configured with`;
    const remediation = remedy(
      "Add the roots as key bundle.crt.",
      on("describe", "secret", secret.name),
    );
    return [fail(message, { object, remediation })];
  }
  const verdict = trust.upstreams.get(cluster.context);
  if (!verdict || verdict.ok) return [];
  const message = `the roots in ${name} do not verify its intermediate certificate: ${verdict.reason}`;
  const remediation = remedy(
    "Put the root that signed the intermediate certificate into key bundle.crt, and restart SPIRE's server.",
    on("describe", "secret", secret.name),
  );
  return [fail(message, { object, remediation })];
}
