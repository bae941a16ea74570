import type { IstiodFact, WorkloadFact } from "../../model/facts.ts";
import { versionOf } from "../versions.ts";

/** The accounts that istiod lets ask for the certificates of other workloads of their node. */
export const TRUSTED_ACCOUNTS = "CA_TRUSTED_NODE_ACCOUNTS";

/** Whom an istiod trusts to ask for others. */
export type TrustedAccounts =
  /** `namespace/account`, each. */
  | { kind: "known"; accounts: string[] }
  /** The variable is not set; `solo`: of a build whose charts and defaults are not public. */
  | { kind: "unset"; solo: boolean }
  | { kind: "unresolved"; why: string };

/** As istiod reads it (features.CATrustedNodeAccounts): a list with commas, spaces around allowed. */
export function trustedAccounts(istiod: IstiodFact): TrustedAccounts {
  const found = istiod.env.get(TRUSTED_ACCOUNTS);
  if (!found) {
    return { kind: "unset", solo: versionOf(istiod, "discovery").version?.solo !== false };
  }
  if (found.kind === "unresolved")
    return { kind: "unresolved", why: `${found.from}: ${found.why}` };
  const accounts = found.value.split(",").map((one) => one.trim());
  return { kind: "known", accounts: accounts.filter((one) => one !== "") };
}

/** Whether one of the accounts may be that of ztunnel: of its namespace only, where it does not say its name. */
export function isTrusted(
  { namespace, serviceAccount }: Pick<WorkloadFact, "namespace" | "serviceAccount">,
  accounts: readonly string[],
): boolean {
  return serviceAccount === undefined
    ? accounts.some((one) => one.startsWith(`${namespace}/`))
    : accounts.includes(`${namespace}/${serviceAccount}`);
}

/** Names by which ztunnel reaches istiod: another one is that of another CA, such as istio-csr. */
const ISTIOD_HOST = /^(https?:\/\/)?istiod([.:-]|$)/;

/** Why ztunnel asks somebody else than istiod for certificates, in words; nothing where it asks istiod. */
export function otherAuthority({ env }: Pick<WorkloadFact, "env">): string | undefined {
  const found = env.get("CA_ADDRESS");
  if (found?.kind !== "value" || found.value === "" || ISTIOD_HOST.test(found.value)) {
    return undefined;
  }
  return `it asks ${found.value} for certificates`;
}
