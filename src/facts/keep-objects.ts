import { array, at, property, string } from "../lib/json.ts";
import {
  isKnownVariable,
  plainValue,
  referencedAnnotations,
  referencedNames,
} from "./env-names.ts";
import { Cut, dictionary, everyKey, type Keep, type KeepMap, WHOLE } from "./keep.ts";
import { isMap } from "./objects.ts";
import { publicText } from "./pem.ts";

/*
 * Parts of objects that several facts keep in the same way.
 */

/** What says which object it is; selectors choose by the labels. Kept of every object. */
export const IDENTITY: KeepMap = {
  apiVersion: WHOLE,
  kind: WHOLE,
  metadata: { name: WHOLE, namespace: WHOLE, labels: WHOLE },
};

/** The least: for pods that only have to be there, tens of thousands of them. */
export const NAME_ONLY: KeepMap = {
  apiVersion: WHOLE,
  kind: WHOLE,
  metadata: { name: WHOLE, namespace: WHOLE },
};

/** Entries of `status.conditions`. */
export const CONDITIONS: Keep = [{ type: WHOLE, status: WHOLE, reason: WHOLE, message: WHOLE }];

/** The same with the generation that they were written of. */
export const OBSERVED_CONDITIONS: Keep = [
  { type: WHOLE, status: WHOLE, reason: WHOLE, message: WHOLE, observedGeneration: WHOLE },
];

const isKnown = (entry: unknown): boolean => isKnownVariable(string(property(entry, "name")) ?? "");

/**
 * Known variables; of the others that known ones refer to as `$(NAME)` the name, which says that
 * there is a value; of the rest nothing: they may be secrets.
 */
function knownVariables(env: unknown): unknown {
  if (!Array.isArray(env)) return undefined;
  const referenced = new Set(
    array(env)
      .filter(isKnown)
      .flatMap((entry) => referencedNames(string(property(entry, "value")) ?? "")),
  );
  return array(env).flatMap((entry) => {
    if (isKnown(entry)) return [entry];
    const name = property(entry, "name");
    return referenced.has(string(name) ?? "") ? [{ name }] : [];
  });
}

/** A reference of an unknown kind is one all the same. */
function reference(valueFrom: unknown): unknown {
  return isMap(valueFrom) || valueFrom === null ? valueFrom : {};
}

/** Variables of a container. */
export const VARIABLES: Keep = new Cut(
  [
    {
      name: WHOLE,
      value: WHOLE,
      valueFrom: new Cut(
        {
          configMapKeyRef: { name: WHOLE, key: WHOLE, optional: WHOLE },
          secretKeyRef: { name: WHOLE, key: WHOLE },
          fieldRef: { fieldPath: WHOLE },
        },
        reference,
      ),
    },
  ],
  knownVariables,
);

/** Of each container its name, its image, and where its known variables come from. */
export const CONTAINERS: Keep = [
  {
    name: WHOLE,
    image: WHOLE,
    env: VARIABLES,
    envFrom: [{ prefix: WHOLE, configMapRef: { name: WHOLE }, secretRef: { name: WHOLE } }],
  },
];

/** The annotations that variables of the containers beside them refer to, and the named ones. */
export function annotationsOfPods(named: KeepMap = {}): KeepMap {
  return dictionary(named, WHOLE, keysOfVariables);
}

function keysOfVariables(_metadata: unknown, pod: unknown): ReadonlySet<string> {
  return referencedAnnotations(at(pod, "spec", "containers"));
}

/** A short plain value of a ConfigMap; null says that there is one of another kind. */
export const PLAIN: Keep = new Cut(WHOLE, (value, key) => plainValue(key, value) ?? null);

/** ConfigMaps that variables come from. */
export const PLAIN_CONFIG: KeepMap = { data: everyKey(PLAIN) };

/** PEM text, of which the certificates are kept. */
export const PEM: Keep = new Cut(
  WHOLE,
  (value) => (typeof value === "string" ? publicText(value) : undefined),
  "certificates",
);
