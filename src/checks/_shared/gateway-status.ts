import type { Condition, GatewayClassFact, GatewayFact } from "../../model/facts.ts";

/** `Programmed is False (AddressNotAssigned: address pending)`, or that it is absent. */
export function conditionText(type: string, condition: Condition | undefined): string {
  if (!condition) return `${type} is absent`;
  const { status, reason, message } = condition;
  const why = [reason, message].filter((text) => text && text !== type).join(": ");
  return `${type} is ${status || "empty"}${why ? ` (${why})` : ""}`;
}

/** True, in the one spelling that Kubernetes has for it. */
export function isTrue(condition: Condition | undefined): boolean {
  return condition?.status === "True";
}

/**
 * No controller has judged the Gateway: the CRD's defaults stand (Unknown, `Waiting for controller`)
 * or there are no conditions.
 */
export function isUnreconciled(gateway: GatewayFact): boolean {
  return ["Accepted", "Programmed"].every((type) => {
    const status = gateway.conditions.get(type)?.status;
    return status !== "True" && status !== "False";
  });
}

/** What is wrong with the class of a Gateway, in words; nothing when it is accepted. */
export function classFault(name: string, classes: readonly GatewayClassFact[]): string | undefined {
  const found = classes.find((one) => one.name === name);
  if (!found) return `GatewayClass ${name} does not exist`;
  return isTrue(found.accepted)
    ? undefined
    : `GatewayClass ${name}: ${conditionText("Accepted", found.accepted)}`;
}
