import { fact, listed } from "./fact.ts";
import { Cut, everyKey, type Keep, SCALAR, WHOLE } from "./keep.ts";
import { defined } from "../lib/defined.ts";
import { array, at, property, record, string, stringMap, strings } from "../lib/json.ts";
import type {
  AuthorizationPolicyFact,
  NetworkPolicyFact,
  PolicyRule,
  PolicySource,
} from "../model/policy-facts.ts";
import { gathered } from "../model/gathered.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";
import { byName, metaOf, portOf } from "./objects.ts";
import { isAnythingShared } from "./shared-anywhere.ts";

function some(value: unknown): string[] | undefined {
  return Array.isArray(value) ? strings(value) : undefined;
}

/** What of `from` and `to` is told from names and ports; anything else makes a rule unclear. */
const SOURCE = new Set(["principals", "notPrincipals", "namespaces", "notNamespaces"]);

function sourceOf(entry: unknown): PolicySource {
  const source = property(entry, "source");
  return defined({
    principals: some(property(source, "principals")),
    notPrincipals: some(property(source, "notPrincipals")),
    namespaces: some(property(source, "namespaces")),
    notNamespaces: some(property(source, "notNamespaces")),
  });
}

/** Marks a rule that asks for more than names and ports; no policy has such a key. */
const UNCLEAR = "unclear";

function isUnclear(rule: unknown): boolean {
  const sources = array(property(rule, "from")).map((one) => property(one, "source"));
  const operations = array(property(rule, "to")).map((one) => property(one, "operation"));
  return (
    property(rule, UNCLEAR) === true ||
    array(property(rule, "when")).length > 0 ||
    sources.some((one) => Object.keys(record(one)).some((key) => !SOURCE.has(key))) ||
    operations.some((one) => Object.keys(record(one)).some((key) => key !== "ports"))
  );
}

function ruleOf(rule: unknown): PolicyRule {
  const from = property(rule, "from");
  const operations = array(property(rule, "to")).map((one) => property(one, "operation"));
  const ports = operations.flatMap((one) => strings(property(one, "ports")));
  return {
    ...(Array.isArray(from) ? { from: from.map(sourceOf) } : {}),
    ...(ports.length > 0 ? { ports } : {}),
    ...(isUnclear(rule) ? { more: true as const } : {}),
  };
}

function authorizationPolicy(object: RawObject): AuthorizationPolicyFact | undefined {
  const meta = metaOf(object);
  if (!meta) return undefined;
  const targets = [
    ...array(at(object, "spec", "targetRefs")),
    ...array([at(object, "spec", "targetRef")]).filter(Boolean),
  ];
  return {
    namespace: meta.namespace,
    name: meta.name,
    action: string(at(object, "spec", "action")) ?? "ALLOW",
    selector: stringMap(at(object, "spec", "selector", "matchLabels")),
    ...(targets.length > 0 ? { targeted: true as const } : {}),
    rules: array(at(object, "spec", "rules")).map(ruleOf),
  };
}

/** Ports that the rules open together; undefined for all. */
function openedBy(rules: readonly unknown[]): NetworkPolicyFact["ports"] {
  const opened: { from: number; to: number }[] = [];
  for (const rule of rules) {
    const ports = array(property(rule, "ports"));
    if (ports.length === 0) return undefined;
    for (const one of ports) {
      const protocol = string(property(one, "protocol")) ?? "TCP";
      if (protocol !== "TCP") continue;
      const from = portOf(property(one, "port"));
      // Without a port, or with one by its name, it may be any.
      if (from === undefined) return undefined;
      opened.push({ from, to: portOf(property(one, "endPort")) ?? from });
    }
  }
  return opened;
}

function networkPolicy(object: RawObject): NetworkPolicyFact[] {
  const meta = metaOf(object);
  if (!meta) return [];
  const types = strings(at(object, "spec", "policyTypes"));
  if (types.length > 0 && !types.includes("Ingress")) return [];
  const expressions = array(at(object, "spec", "podSelector", "matchExpressions"));
  const selector =
    expressions.length === 0
      ? stringMap(at(object, "spec", "podSelector", "matchLabels"))
      : undefined;
  const ports = openedBy(array(at(object, "spec", "ingress")));
  return [{ namespace: meta.namespace, name: meta.name, ...defined({ selector, ports }) }];
}

const NAMES: Keep = [SCALAR];

const RULE: Keep = new Cut(
  {
    [UNCLEAR]: WHOLE,
    from: [
      {
        source: {
          principals: NAMES,
          notPrincipals: NAMES,
          namespaces: NAMES,
          notNamespaces: NAMES,
        },
      },
    ],
    to: [{ operation: { ports: NAMES } }],
  },
  (rule) => (isUnclear(rule) ? { ...record(rule), [UNCLEAR]: true } : rule),
);

const PORT: Keep = { port: SCALAR, endPort: SCALAR, protocol: SCALAR };

/** The policies of all namespaces, where some cluster of the run shares a service. */
export const policies = fact({
  key: "policies",
  access: [listed(RESOURCES.authorizationPolicies), listed(RESOURCES.networkPolicies)],
  keeps: {
    authorizationPolicies: {
      spec: {
        action: SCALAR,
        selector: { matchLabels: everyKey(SCALAR) },
        targetRef: { kind: SCALAR },
        targetRefs: [{ kind: SCALAR }],
        rules: [RULE],
      },
    },
    networkPolicies: {
      spec: {
        policyTypes: [SCALAR],
        podSelector: { matchLabels: everyKey(SCALAR), matchExpressions: [{}] },
        ingress: [{ ports: [PORT] }],
      },
    },
  },
  after: ["services", "namespaces"],
  waitsForOthers: true,
  read: async (source) => {
    if (!(await isAnythingShared(source))) return gathered({ authorization: [], network: [] });
    const [authorization, network] = await Promise.all([
      source.listWhereAllowed(RESOURCES.authorizationPolicies),
      source.listWhereAllowed(RESOURCES.networkPolicies),
    ]);
    if (!authorization.ok) return authorization;
    if (!network.ok) return network;
    return gathered({
      authorization: authorization.value
        .flatMap((object) => authorizationPolicy(object) ?? [])
        .toSorted(byName),
      network: network.value.flatMap(networkPolicy).toSorted(byName),
    });
  },
});
