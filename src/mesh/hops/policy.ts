import { hasLabels } from "../../lib/labels.ts";
import type { Gathered } from "../../model/gathered.ts";
import type {
  AuthorizationPolicyFact,
  PoliciesFact,
  PolicyRule,
  PolicySource,
} from "../../model/policy-facts.ts";
import { step } from "../../model/finding.ts";
import { kubectl } from "../commands/shell.ts";
import { qualified } from "../wording.ts";
import { farPods } from "./far-end.ts";
import { waypointOf } from "../waypoints.ts";
import { type Cause, objectsOf } from "./fault.ts";
import { broken, type Judged, ok } from "./judged.ts";
import type { Path } from "./path.ts";

/*
 * Hop 11: policies of the other cluster. Only what can be told from names is decided: who calls is a
 * trust domain, or one account of it.
 */

/** Who calls, as far as it is known. */
export interface Caller {
  trustDomain: string;
  /** Trust domains that the other cluster takes for its own, and so for one. */
  same: ReadonlySet<string>;
  /** `ns/NAMESPACE/sa/ACCOUNT`; absent: any. */
  account?: string;
  namespace?: string;
}

type Answer = "yes" | "no" | "unclear";

/** Istio matches texts whole, by a beginning or end before or after `*`, or all by `*`. */
function matchesText(pattern: string, text: string): boolean {
  if (pattern === "*") return true;
  if (pattern.startsWith("*")) return text.endsWith(pattern.slice(1));
  if (pattern.endsWith("*")) return text.startsWith(pattern.slice(0, -1));
  return pattern === text;
}

/** `spiffe` trust domain and the rest of a principal, such as `a.local` and `ns/shop/sa/cart`. */
function splitPrincipal(pattern: string): [string, string] {
  const at = pattern.indexOf("/");
  return at < 0 ? [pattern, ""] : [pattern.slice(0, at), pattern.slice(at + 1)];
}

function principalMatches(pattern: string, { trustDomain, same, account }: Caller): Answer {
  if (pattern === "*") return "yes";
  const [domain, rest] = splitPrincipal(pattern);
  const isOfDomain =
    matchesText(domain, trustDomain) || (same.has(trustDomain) && same.has(domain));
  if (account === undefined) {
    return isOfDomain || pattern.startsWith("*") || rest === "" ? "unclear" : "no";
  }
  if (matchesText(pattern, `${trustDomain}/${account}`)) return "yes";
  return isOfDomain && matchesText(rest, account) ? "yes" : "no";
}

function namespaceMatches(pattern: string, { namespace }: Caller): Answer {
  if (namespace !== undefined) return matchesText(pattern, namespace) ? "yes" : "no";
  return pattern === "*" ? "yes" : "unclear";
}

function any(answers: readonly Answer[]): Answer {
  if (answers.includes("yes")) return "yes";
  return answers.includes("unclear") ? "unclear" : "no";
}

function every(answers: readonly Answer[]): Answer {
  if (answers.includes("no")) return "no";
  return answers.includes("unclear") ? "unclear" : "yes";
}

function not(answer: Answer): Answer {
  return answer === "unclear" ? answer : answer === "yes" ? "no" : "yes";
}

function sourceMatches(source: PolicySource, caller: Caller): Answer {
  const { principals, notPrincipals, namespaces, notNamespaces } = source;
  return every([
    principals ? any(principals.map((one) => principalMatches(one, caller))) : "yes",
    notPrincipals ? not(any(notPrincipals.map((one) => principalMatches(one, caller)))) : "yes",
    namespaces ? any(namespaces.map((one) => namespaceMatches(one, caller))) : "yes",
    notNamespaces ? not(any(notNamespaces.map((one) => namespaceMatches(one, caller)))) : "yes",
  ]);
}

function ruleMatches(rule: PolicyRule, caller: Caller): Answer {
  const from = rule.from ? any(rule.from.map((one) => sourceMatches(one, caller))) : "yes";
  // Ports are those of the pods, which a Service may call otherwise.
  return rule.more || rule.ports ? every([from, "unclear"]) : from;
}

function policyMatches({ rules }: AuthorizationPolicyFact, caller: Caller): Answer {
  return any(rules.map((rule) => ruleMatches(rule, caller)));
}

const denied: Cause = {
  severity: () => "fail",
  message: ([{ path, object, detail }]) =>
    `AuthorizationPolicy ${object?.namespace}/${object?.name} of ${path.to.cluster.context} ${detail}`,
  remedy: ([first]) =>
    step(
      `Name the callers by the trust domain of their cluster, ${first.path.from.trustDomain}/ns/NAMESPACE/sa/ACCOUNT, or by */ns/NAMESPACE/sa/ACCOUNT.`,
      ...objectsOf([first]).map(({ namespace, name }) =>
        kubectl(
          first.path.to.cluster,
          "-n",
          namespace,
          "get",
          "authorizationpolicies.security.istio.io",
          name,
          "-o",
          "yaml",
        ),
      ),
    ),
};

/** Those that ztunnel applies to the pods of the service. */
function applying(path: Path, policies: PoliciesFact): AuthorizationPolicyFact[] {
  const pods = farPods(path)?.ready ?? [];
  const root = path.to.cluster.istioNamespace;
  return policies.authorization.filter(
    ({ namespace, selector, targeted }) =>
      !targeted &&
      (namespace === root || namespace === path.service?.namespace) &&
      pods.some(({ labels }) => hasLabels(labels, selector)),
  );
}

function refused(path: Path, policy: AuthorizationPolicyFact, detail: string): Judged {
  const { namespace, name } = policy;
  const object = { kind: "AuthorizationPolicy", namespace, name };
  return broken(`denied by ${qualified(policy)}`, { cause: denied, path, object, detail });
}

const NOT_EVALUATED = ok("not evaluated");

/** @param caller nothing where the trust domain of the callers is not known */
export function judgePolicy(
  path: Path,
  policies: Gathered<PoliciesFact>,
  caller: Caller | undefined,
): Judged {
  if (!policies.ok) return NOT_EVALUATED;
  const found = applying(path, policies.value);
  const isPlain = found.every(({ action }) => action === "ALLOW" || action === "DENY");
  if (found.length === 0) return ok("allowed");
  // Behind a waypoint it is the waypoint that calls.
  const { service, to } = path;
  const waypoint = service && waypointOf(service, to.namespaceOf(service));
  if (!caller || waypoint !== undefined) return NOT_EVALUATED;
  const who = caller.account ?? `callers of trust domain ${caller.trustDomain}`;
  const denying = found.filter(({ action }) => action === "DENY");
  const denies = denying.find((policy) => policyMatches(policy, caller) === "yes");
  if (denies) return refused(path, denies, `denies ${who}`);
  const allowing = found.filter(({ action }) => action === "ALLOW");
  const answer = any(allowing.map((policy) => policyMatches(policy, caller)));
  const [first] = allowing;
  if (first && answer === "no") {
    const how = `allows others only, so ${who} are denied; what it names is of another trust domain, or another account`;
    return refused(path, first, how);
  }
  const isClear =
    isPlain &&
    (allowing.length === 0 || answer === "yes") &&
    denying.every((policy) => policyMatches(policy, caller) === "no");
  return isClear ? ok("allowed") : NOT_EVALUATED;
}
