import { hasLabels } from "../../lib/labels.ts";
import { type Gathered, valueOr } from "../../model/gathered.ts";
import type {
  AuthorizationPolicyFact,
  PoliciesFact,
  PolicyRule,
  PolicySource,
} from "../../model/policy-facts.ts";
import { step } from "../../model/finding.ts";
import { kubectl } from "../commands/shell.ts";
import { GATEWAY_NAME } from "../names.ts";
import { qualified } from "../wording.ts";
import { farPods } from "./far-end.ts";
import { waypointOf } from "../waypoints.ts";
import { type Cause, type Fault, objectsOf } from "./fault.ts";
import { broken, type Judged, ok } from "./judged.ts";
import type { Path } from "./path.ts";
import type { Side } from "./side.ts";

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

function showPolicy(fault: Fault): string[] {
  return objectsOf([fault]).map(({ namespace, name }) =>
    kubectl(
      fault.path.to.cluster,
      "-n",
      namespace,
      "get",
      "authorizationpolicies.security.istio.io",
      name,
      "-o",
      "yaml",
    ),
  );
}

function policyText({ path, object, detail }: Fault): string {
  return `AuthorizationPolicy ${object?.namespace}/${object?.name} of ${path.to.cluster.context} ${detail}`;
}

const denied: Cause = {
  severity: () => "fail",
  message: ([first]) =>
    `${policyText(first)}${first.detail?.startsWith("denies") ? "" : "; what it names is of another trust domain, or another account"}`,
  remedy: ([first]) =>
    step(
      `Name the callers by the trust domain of their cluster, ${first.path.from.trustDomain}/ns/NAMESPACE/sa/ACCOUNT, or by */ns/NAMESPACE/sa/ACCOUNT.`,
      ...showPolicy(first),
    ),
};

const waypointDenied: Cause = {
  severity: () => "fail",
  message: ([first]) =>
    `${policyText(first)}, though through one all traffic to Service ${first.path.key} comes`,
  remedy: ([first]) =>
    step(
      "Allow the account of the waypoint by the policy that selects pods, and name the callers in one whose targetRefs lead to the waypoint.",
      ...showPolicy(first),
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

function refused(path: Path, { policy, detail }: Refusal, cause: Cause): Judged {
  const { namespace, name } = policy;
  const object = { kind: "AuthorizationPolicy", namespace, name };
  return broken(`denied by ${qualified(policy)}`, { cause, path, object, detail });
}

interface Refusal {
  policy: AuthorizationPolicyFact;
  /** What it does, to whom. */
  detail: string;
}

/** Why one caller is not let in, if so; nothing where it may be. */
function refusalOf(
  found: readonly AuthorizationPolicyFact[],
  caller: Caller,
  who: string,
): Refusal | undefined {
  const denies = found.find(
    (policy) => policy.action === "DENY" && policyMatches(policy, caller) === "yes",
  );
  if (denies) return { policy: denies, detail: `denies ${who}` };
  const allowing = found.filter(({ action }) => action === "ALLOW");
  const [first] = allowing;
  return first && any(allowing.map((policy) => policyMatches(policy, caller))) === "no"
    ? { policy: first, detail: `allows others only, so ${who} are denied` }
    : undefined;
}

const NOT_EVALUATED = ok("not evaluated");

/**
 * The account of the waypoint that a cluster has before the service, as its pods tell; `"unread"` where
 * they do not, nothing where it has none.
 */
function waypointCaller(
  { key, to }: Path,
  { services, member, trustDomain, namespaces }: Side,
): Caller | "unread" | undefined {
  const service = services.get(key);
  const waypoint = service && waypointOf(service, namespaces.get(service.namespace));
  if (!waypoint) return undefined;
  const { servicePods } = member.facts;
  const pod = valueOr(servicePods, undefined)?.pods.find(
    ({ namespace, labels }) =>
      namespace === waypoint.namespace && labels.get(GATEWAY_NAME) === waypoint.name,
  );
  if (!pod || trustDomain === undefined) return "unread";
  const { namespace } = waypoint;
  const account = `ns/${namespace}/sa/${pod.serviceAccount}`;
  return { trustDomain, same: to.sameDomains, namespace, account };
}

/**
 * Behind waypoints it is one of them that calls the pods: of the callers' cluster, else of the other.
 * What is certain is that traffic is denied if each of them is; what a waypoint itself lets through is
 * not evaluated.
 */
function judgeWaypoints(path: Path, found: readonly AuthorizationPolicyFact[]): Judged | undefined {
  const callers = [path.from, path.to].flatMap((side) => waypointCaller(path, side) ?? []);
  if (callers.length === 0) return undefined;
  const refusals = callers.map((caller) =>
    caller === "unread"
      ? undefined
      : refusalOf(found, caller, `waypoints such as ${caller.account}`),
  );
  const [first] = refusals;
  return first && !refusals.includes(undefined)
    ? refused(path, first, waypointDenied)
    : NOT_EVALUATED;
}

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
  const behind = judgeWaypoints(path, found);
  if (behind) return behind;
  if (!caller) return NOT_EVALUATED;
  const who = caller.account ?? `callers of trust domain ${caller.trustDomain}`;
  const refusal = refusalOf(found, caller, who);
  if (refusal) return refused(path, refusal, denied);
  const allowing = found.filter(({ action }) => action === "ALLOW");
  const denying = found.filter(({ action }) => action === "DENY");
  const isClear =
    isPlain &&
    (allowing.length === 0 ||
      any(allowing.map((policy) => policyMatches(policy, caller))) === "yes") &&
    denying.every((policy) => policyMatches(policy, caller) === "no");
  return isClear ? ok("allowed") : NOT_EVALUATED;
}
