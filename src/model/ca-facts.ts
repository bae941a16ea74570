/** What workloads are given to trust: a ConfigMap of istiod. */
export interface RootFact {
  /** `root-cert.pem` of the ConfigMap; absent when the key is. */
  pem?: string;
  /** Its name, where istiod has another than istio-ca-root-cert (PILOT_CA_CERT_CONFIGMAP). */
  configMap?: string;
  /** There is no such ConfigMap. */
  missing?: true;
}

/**
 * What istiod signs with when it starts, by its environment and the files of its Secret: PEM texts of
 * certificates, never a key.
 */
export interface IntermediateFact {
  /** Where it is; `none`: neither Secret exists, or another CA signs. */
  secret: "cacerts" | "istio-ca-secret" | "none";
  /** The signing certificate: ca-cert.pem, or tls.crt. */
  certificate?: string;
  /** What workloads present after their own certificate: cert-chain.pem, or tls.crt and ca.crt. */
  chain?: string;
  /** root-cert.pem or ca.crt of the Secret. */
  root?: string;
  /** ca-crl.pem of the Secret: revocation lists, which proxies get too. */
  crl?: string;
  /** Its data keys that istiod reads. */
  keys: string[];
  /** Files of Secret cacerts without which istiod does not start. */
  lacks?: string[];
  /** Secret cacerts exists and istiod passes it over for a CA of its own: for want of these files. */
  passedOver?: string[];
  /** Why the cluster's certificates come from elsewhere, as istiod's environment or arguments say. */
  external?: string;
}
