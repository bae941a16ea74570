/** Whether labels have all that a selector of equal labels asks for, as Kubernetes matches them. */
export function hasLabels(
  labels: ReadonlyMap<string, string>,
  wanted: ReadonlyMap<string, string>,
): boolean {
  return [...wanted].every(([key, value]) => labels.get(key) === value);
}

/** A requirement of a label selector, or of a node affinity. */
export interface Requirement {
  operator: string;
  values: readonly string[];
}

/** Whether a value meets it, absent or not; undefined for operators of which nothing is known here. */
export function meetsRequirement(
  found: string | undefined,
  { operator, values }: Requirement,
): boolean | undefined {
  switch (operator) {
    case "In":
      return found !== undefined && values.includes(found);
    case "NotIn":
      return found === undefined || !values.includes(found);
    case "Exists":
      return found !== undefined;
    case "DoesNotExist":
      return found === undefined;
    default:
      return undefined;
  }
}
