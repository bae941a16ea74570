/* What checks say of policies, as far as it can be told from them who is let in. */

/** Who may call, by one entry of `from` or `to`; a list that is absent asks for nothing. */
export interface PolicySource {
  principals?: string[];
  notPrincipals?: string[];
  namespaces?: string[];
  notNamespaces?: string[];
}

export interface PolicyRule {
  /** Absent: from anywhere. */
  from?: PolicySource[];
  /** Ports that it is for; absent: all. */
  ports?: string[];
  /** It asks for something else, too, such as paths or conditions. */
  more?: true;
}

/** An AuthorizationPolicy. */
export interface AuthorizationPolicyFact {
  namespace: string;
  name: string;
  /** ALLOW, DENY, AUDIT or CUSTOM. */
  action: string;
  /** spec.selector.matchLabels; empty: all pods of the namespace. */
  selector: ReadonlyMap<string, string>;
  /** It is for a waypoint, which spec.targetRefs name. */
  targeted?: true;
  rules: PolicyRule[];
}

/** A NetworkPolicy that is for what comes in. */
export interface NetworkPolicyFact {
  namespace: string;
  name: string;
  /** spec.podSelector.matchLabels; absent where expressions select, which are not evaluated. */
  selector?: ReadonlyMap<string, string>;
  /** Ports that some rule opens, as ranges; absent: some rule opens all. */
  ports?: { from: number; to: number }[];
}

/** The policies of a cluster. */
export interface PoliciesFact {
  authorization: AuthorizationPolicyFact[];
  network: NetworkPolicyFact[];
}
