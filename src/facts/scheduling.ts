import { array, at, property, string, stringMap, strings } from "../lib/json.ts";
import type { NodeRequirement, SchedulingFact, TolerationFact } from "../model/facts.ts";
import { type KeepMap, SCALAR, WHOLE } from "./keep.ts";

const REQUIREMENTS: readonly [KeepMap] = [{ key: SCALAR, operator: SCALAR, values: WHOLE }];

/** What `schedulingFact` reads of a pod template's spec. */
export const SCHEDULING: KeepMap = {
  nodeSelector: WHOLE,
  tolerations: [{ key: SCALAR, operator: SCALAR, value: SCALAR, effect: SCALAR }],
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: REQUIREMENTS, matchFields: REQUIREMENTS }],
      },
    },
  },
};

function toleration(value: unknown): TolerationFact {
  const text = (key: string): string => string(property(value, key)) ?? "";
  return {
    key: text("key"),
    operator: text("operator"),
    value: text("value"),
    effect: text("effect"),
  };
}

function requirements(value: unknown, field: boolean): NodeRequirement[] {
  return array(value).map((one) => ({
    field,
    key: string(property(one, "key")) ?? "",
    operator: string(property(one, "operator")) ?? "",
    values: strings(property(one, "values")),
  }));
}

/** Where Kubernetes may put pods of this spec. */
export function schedulingFact(podSpec: unknown): SchedulingFact {
  const required = at(
    podSpec,
    "affinity",
    "nodeAffinity",
    "requiredDuringSchedulingIgnoredDuringExecution",
    "nodeSelectorTerms",
  );
  return {
    nodeSelector: stringMap(property(podSpec, "nodeSelector")),
    tolerations: array(property(podSpec, "tolerations")).map(toleration),
    ...(Array.isArray(required)
      ? {
          affinity: array(required).map((term) => [
            ...requirements(property(term, "matchExpressions"), false),
            ...requirements(property(term, "matchFields"), true),
          ]),
        }
      : {}),
  };
}
