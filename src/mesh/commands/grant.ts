import type { ClusterRef } from "../../model/check.ts";
import { kubectl } from "./shell.ts";

const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;
const USER_IN_MESSAGE = /User "([^"]+)"/;

/** A rule that somebody lacks. */
export interface Grant {
  /** Of the role and its binding. */
  name: string;
  /** With commas between. */
  verbs: string;
  /** With its group: `gateways.gateway.networking.k8s.io`. */
  resource: string;
  /** Only these objects. */
  names?: readonly string[];
  /** Absent: the whole cluster. */
  namespace?: string;
}

/** Whom a message of the API server refuses: `… is forbidden: User "jane" cannot …`. */
export function refusedUser(message: string): string | undefined {
  return USER_IN_MESSAGE.exec(message)?.[1];
}

const EVERYBODY = new Set(["system:anonymous", "system:unauthenticated", "system:authenticated"]);

/** A user or group that stands for whoever comes: nothing is ever granted to it. */
export function isEverybody(user: string): boolean {
  return EVERYBODY.has(user);
}

/** Who a binding is for, as `kubectl create rolebinding` takes it. */
function subject(user: string): string {
  const account = SERVICE_ACCOUNT.exec(user);
  return account ? `--serviceaccount=${account[1]}:${account[2]}` : `--user=${user}`;
}

/** The commands that make a role and bind it; without a user, or for everybody, the role alone. */
export function grantCommands(
  cluster: Pick<ClusterRef, "contextArgument">,
  { name, verbs, resource, names = [], namespace }: Grant,
  user: string | undefined,
): string[] {
  const where = namespace ? ["-n", namespace] : [];
  const [role, binding] = namespace
    ? (["role", "rolebinding"] as const)
    : (["clusterrole", "clusterrolebinding"] as const);
  const rule = [
    `--verb=${verbs}`,
    `--resource=${resource}`,
    ...names.map((one) => `--resource-name=${one}`),
  ];
  return [
    kubectl(cluster, ...where, "create", role, name, ...rule),
    ...(user === undefined || isEverybody(user)
      ? []
      : [kubectl(cluster, ...where, "create", binding, name, `--${role}=${name}`, subject(user))]),
  ];
}
