import { randomBytes } from "node:crypto";
import { forbidden, forbiddenPath, unauthorized } from "./errors.ts";
import type { RequestInfo } from "./request.ts";
import type { AccessRule, UserOptions } from "./types.ts";

export interface User extends Required<Omit<UserOptions, "allowOnly">> {
  allowOnly?: AccessRule[];
}

/** What authorization looks at. */
export interface Attributes {
  verb: string;
  group: string;
  resource: string;
  subresource?: string | undefined;
  namespace?: string | undefined;
  name?: string | undefined;
}

export interface Credentials {
  bearer?: string | undefined;
  /** Subject of a client certificate; "invalid" for one that our CA did not sign. */
  certificate?: { name: string; groups: string[] } | "invalid" | undefined;
  impersonate?: { name: string; groups: string[] } | undefined;
}

const MASTERS = "system:masters";
const AUTHENTICATED = "system:authenticated";
const ANONYMOUS = "system:anonymous";
/** Anyone signed in may ask these about themselves. */
const SELF_REVIEWS = new Set(["authentication.k8s.io", "authorization.k8s.io"]);
/** Open to everyone, signed in or not. */
const PUBLIC_PATHS = /^\/(version|livez|readyz|healthz)(\/|$)/;

export function completeUser(options: UserOptions): User {
  return {
    token: randomBytes(16).toString("hex"),
    groups: [],
    deny: [],
    ...options,
  };
}

const stranger = (name: string, groups: string[]): User => ({
  name,
  groups,
  token: "",
  deny: [],
  allowOnly: groups.includes(MASTERS) ? [{}] : [],
});

export class Authenticator {
  readonly #users: readonly User[];

  constructor(users: readonly User[]) {
    this.#users = users;
  }

  /** Who a request is from, after impersonation. Throws 401 and 403. */
  identify(credentials: Credentials): User {
    const user = this.#self(credentials);
    if (!credentials.impersonate) return user;
    const { name, groups } = credentials.impersonate;
    authorize(user, { verb: "impersonate", group: "", resource: "users", name });
    for (const group of groups) {
      authorize(user, { verb: "impersonate", group: "", resource: "groups", name: group });
    }
    return this.#named(name, groups);
  }

  #self({ bearer, certificate }: Credentials): User {
    if (certificate === "invalid") throw unauthorized();
    if (certificate) return this.#named(certificate.name, certificate.groups);
    if (bearer === undefined) return stranger(ANONYMOUS, ["system:unauthenticated"]);
    const user = this.#users.find(({ token }) => token === bearer);
    if (!user) throw unauthorized();
    return user;
  }

  #named(name: string, groups: string[]): User {
    const user = this.#users.find((candidate) => candidate.name === name);
    return user ? { ...user, groups: [...user.groups, ...groups] } : stranger(name, groups);
  }
}

export function groupsOf(user: User): string[] {
  const last = user.name === ANONYMOUS ? [] : [AUTHENTICATED];
  return [...new Set([...user.groups, ...last])];
}

function covers(rule: AccessRule, asked: Attributes): boolean {
  const [resource, sub = rule.subresource] = (rule.resource ?? "*").split("/");
  const everything = resource === "*" && sub === undefined;
  return (
    matches(rule.verb, asked.verb) &&
    matches(rule.group, asked.group) &&
    matches(resource, asked.resource) &&
    (everything || sub === "*" || sub === asked.subresource) &&
    (matches(rule.namespace, asked.namespace) || (rule.namespace === "" && !asked.namespace)) &&
    matches(rule.name, asked.name)
  );
}

const matches = (pattern: string | undefined, value: string | undefined): boolean =>
  pattern === undefined || pattern === "*" || pattern === value;

export function isAllowed(user: User, asked: Attributes): boolean {
  const self = SELF_REVIEWS.has(asked.group) && user.name !== ANONYMOUS;
  const deny = self ? user.deny.filter(({ group }) => group === asked.group) : user.deny;
  if (deny.some((rule) => covers(rule, asked))) return false;
  return self || !user.allowOnly || user.allowOnly.some((rule) => covers(rule, asked));
}

export function authorize(user: User, asked: Attributes): void {
  if (!isAllowed(user, asked)) throw forbidden({ user: user.name, ...asked });
}

/** Comes before anything else is looked at: without rights, even what is missing is a 403. */
export function authorizeRequest(user: User, request: RequestInfo): void {
  if (request.target) {
    authorize(user, { verb: request.verb, ...request.target });
    return;
  }
  if (user.name === ANONYMOUS && !PUBLIC_PATHS.test(request.path)) {
    throw forbiddenPath(user.name, request.verb, request.path);
  }
}
