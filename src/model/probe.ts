/*
 * What came of trying to connect, apart from the checks: from where, to which address, how far it got.
 * Nothing of it counts for the status of a check or the outcome of a report.
 */

/** What an attempt came to: connected, or the first step that failed. */
export type ProbeVerdict =
  /** TLS came about; also where it ended for want of a client certificate. */
  | "connected"
  /** TLS came about with a certificate that roots of the run do not verify. */
  | "wrong-certificate"
  /** Something listens and breaks the handshake off. */
  | "tls-failed"
  /** Something listens that does not speak TLS. */
  | "not-tls"
  /** The connection stands and nothing answers in TLS. */
  | "silent"
  /** Nothing answers: packets are lost or dropped. */
  | "timed-out"
  | "refused"
  | "no-route"
  | "no-such-host"
  /** DNS does not answer. */
  | "dns-failed"
  /** It was not tried: the message says why. */
  | "not-tried";

/** What a port is for: `discovery` of istiod by istiod (xDS), `traffic` between workloads. */
export type ProbePurpose = "discovery" | "traffic";

/** The object that has the address. */
export interface ProbedObject {
  /** @minLength 1 */
  kind: string;
  namespace: string;
  /** @minLength 1 */
  name: string;
}

/** The certificate that a server presents for itself. */
export interface PresentedCertificate {
  subject: string;
  issuer: string;
  /** Of the DER, lower-case hex. */
  sha256: string;
  /**
   * RFC 3339.
   * @format date-time
   */
  notAfter: string;
  /** Subject alternative names: DNS names as they are, identities as `spiffe://…`. */
  names: string[];
}

/** Whether the roots of a cluster verify the chain that was presented. */
export interface PresentedTrust {
  /** Context of the cluster. */
  cluster: string;
  trusted: boolean;
  /** Why not, in words. */
  reason?: string;
}

/** What the conditions of a remote Gateway for the address say of the link. */
export interface ProbedLink {
  /** Context of the cluster that holds the remote Gateway. */
  from: string;
  gateway: ProbedObject;
  /** `unknown`: nobody vouches for the conditions. */
  state: "connected" | "broken" | "unknown";
}

/** One address and port that was tried. */
export interface ProbeAttempt {
  /** Context of the cluster whose address it is; what a remote Gateway calls one outside the run. */
  to: string;
  object: ProbedObject;
  purpose: ProbePurpose;
  /** Host name or IP address. */
  address: string;
  /**
   * @asType integer
   * @minimum 0
   */
  port: number;
  /** The name that was asked for by SNI; absent: none. */
  serverName?: string;
  verdict: ProbeVerdict;
  /**
   * One line in words.
   * @minLength 1
   */
  message: string;
  /** The IP addresses that DNS gave for a host name. */
  resolved?: string[];
  /**
   * Until the connection stood, ms.
   * @minimum 0
   */
  connectMs?: number;
  /**
   * Of the TLS handshake alone, ms.
   * @minimum 0
   */
  handshakeMs?: number;
  certificate?: PresentedCertificate;
  /** By each cluster of the run whose roots were read. */
  trust?: PresentedTrust[];
  /** Whether the server wants a client certificate, as gateways do; absent: not known. */
  clientCertificate?: "required" | "not-required";
  /** Remote Gateways that have the address. */
  links: ProbedLink[];
  /** What follows, where it is at odds with what the conditions of a link say. */
  hint?: string;
}

/** What came of using a credential of a remote secret at the API server that it names. */
export interface ApiServerAttempt {
  /** Context of the cluster that holds the Secret. */
  from: string;
  secret: ProbedObject;
  /** The key of the Secret, which is the id of a cluster. */
  cluster: string;
  /** `host:port`; absent where the kubeconfig could not be used. */
  server?: string;
  /** `denied`: it answers and knows no such user. */
  verdict: "connected" | "denied" | "unreachable" | "not-tried";
  /**
   * One line in words.
   * @minLength 1
   */
  message: string;
  /** Whom the API server takes the credential for. */
  user?: string;
  /** Of Kubernetes. */
  serverVersion?: string;
}

/** What `mc check --probe` tried, and what came of it. */
export interface ProbeReport {
  /** From where: the machine on which mc runs, which is none of the clusters. */
  from: "this machine";
  /**
   * Time that each attempt had, ms.
   * @minimum 0
   */
  timeoutMs: number;
  /** Contexts of recordings: their addresses are those of then. */
  recorded: string[];
  attempts: ProbeAttempt[];
  apiServers: ApiServerAttempt[];
  /** What was not tried, and why: a line each. */
  notes: string[];
}

/** What was tried from a Pod in one cluster. */
export interface PodProbe {
  /** Context. */
  from: string;
  pod: { namespace: string; name: string };
  /** With what it tried: openssl, curl, nc, bash, none; absent where it did not come to an end. */
  tool?: string;
  attempts: ProbeAttempt[];
  /** Why nothing, or not all, was tried. */
  problem?: string;
  /** The Pod is still there, as it was to be kept or could not be deleted. */
  left?: true;
}

/** The tree of `mc probe -o json`: fields are added, never changed. */
export interface PodProbeReport {
  schemaVersion: "mc.probe/v1";
  tool: { name: "mc"; version: string };
  /**
   * RFC 3339.
   * @format date-time
   */
  startedAt: string;
  image: string;
  /** `fail`: some address was not reached; `error`: some could not be tried. */
  outcome: "pass" | "fail" | "error";
  pods: PodProbe[];
  notes: string[];
}
