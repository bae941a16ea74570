import { groupsOf, isAllowed, type Attributes, type User } from "./auth.ts";
import { parseBody } from "./body.ts";
import { REVIEWS, type ResourceType } from "./resources.ts";
import { json, type Call, type Reply } from "./state.ts";

type Review = (spec: Record<string, unknown>, call: Call) => object;

interface ResourceAttributes extends Omit<Attributes, "group" | "verb" | "resource"> {
  group?: string;
  verb?: string;
  resource?: string;
}

const VERBS = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];
const EVERYTHING = { verbs: ["*"], apiGroups: ["*"], resources: ["*"] };
const PUBLIC_URLS = [
  "/api",
  "/api/*",
  "/apis",
  "/apis/*",
  "/healthz",
  "/livez",
  "/readyz",
  "/version",
];

/** Answers to who I am and what I may, from the rules that requests are judged by. */
const ANSWERS: Record<(typeof REVIEWS)[number]["kind"], Review> = {
  SelfSubjectReview: (_spec, { user }) => ({
    status: { userInfo: { username: user.name, groups: groupsOf(user) } },
  }),
  SelfSubjectAccessReview: (spec, { user }) => ({ spec, status: accessOf(spec, user) }),
  SelfSubjectRulesReview: (spec, call) => ({ spec, status: rulesFor(spec, call) }),
};

function accessOf(spec: Record<string, unknown>, user: User): object {
  const attributes = spec["resourceAttributes"] as ResourceAttributes | undefined;
  if (!attributes) return { allowed: true };
  const { group = "", verb = "", resource = "", ...rest } = attributes;
  const where = rest.namespace === "" ? { ...rest, namespace: undefined } : rest;
  return { allowed: isAllowed(user, { group, verb, resource, ...where }) };
}

function rulesFor(spec: Record<string, unknown>, { user, state }: Call): object {
  const { namespace = "" } = spec as { namespace?: string };
  const free = user.deny.length === 0 && !user.allowOnly;
  const resourceRules = free
    ? [EVERYTHING]
    : state.registry.types.flatMap((type) =>
        subresourcesOf(type).flatMap((subresource) => ruleOf(type, subresource, namespace, user)),
      );
  return {
    resourceRules,
    nonResourceRules: [{ verbs: ["get"], nonResourceURLs: PUBLIC_URLS }],
    incomplete: false,
  };
}

function ruleOf(
  { group, plural }: ResourceType,
  subresource: string | undefined,
  namespace: string,
  user: User,
): object[] {
  const verbs = VERBS.filter((verb) =>
    isAllowed(user, { verb, group, resource: plural, subresource, namespace }),
  );
  const resource = subresource === undefined ? plural : `${plural}/${subresource}`;
  return verbs.length === 0 ? [] : [{ verbs, apiGroups: [group], resources: [resource] }];
}

function subresourcesOf({ builtin, plural, hasStatus }: ResourceType): (string | undefined)[] {
  const pods = builtin && plural === "pods" ? ["portforward", "proxy"] : [];
  return [undefined, ...(hasStatus ? ["status"] : []), ...pods];
}

/** undefined unless the call is for a review. */
export function review(call: Call): Reply | undefined {
  const { request } = call;
  const { target } = request;
  const asked = REVIEWS.find(
    ({ group, plural }) => target?.group === group && target.resource === plural,
  );
  if (!asked || request.method !== "POST") return undefined;
  const { group, kind } = asked;
  const { spec = {} } = parseBody(call) as { spec?: Record<string, unknown> };
  const answer = ANSWERS[kind](spec, call);
  return json({ kind, apiVersion: `${group}/v1`, metadata: {}, ...answer }, 201);
}
