import { managersOf } from "../facts/managed-fields.ts";
import { array, at, property, string, stringMap } from "../lib/json.ts";
import { GENERATED_FILE } from "../mesh/trust/cacerts.ts";
import type { RawObject } from "../model/reader.ts";

/** Who keeps Secret cacerts: whoever it is writes over what others change. */
export interface SecretOwner {
  kind:
    | "cert-manager"
    | "vault"
    | "external-secrets"
    | "sealed-secrets"
    | "csi"
    | "gitops"
    | "istiod"
    | "people";
  /** `cert-manager, Certificate istio-ca, AWSPCAClusterIssuer pca`. */
  text: string;
  /** Why `mc` does not write it, and what to do instead; absent where it may. */
  advice?: string;
}

interface Parts {
  object: RawObject;
  labels: ReadonlyMap<string, string>;
  annotations: ReadonlyMap<string, string>;
  owners: readonly { kind: string; name: string }[];
  managers: readonly string[];
}

const CERTIFICATE = "cert-manager.io/certificate-name";

const AT_ITS_SOURCE = "Change it at its source.";

/** Looks for the marks that controllers leave on what they keep, the most specific one first. */
export function secretOwner(object: RawObject): SecretOwner {
  const parts: Parts = {
    object,
    labels: stringMap(at(object, "metadata", "labels")),
    annotations: stringMap(at(object, "metadata", "annotations")),
    owners: array(at(object, "metadata", "ownerReferences")).flatMap((reference) => {
      const kind = string(property(reference, "kind"));
      const name = string(property(reference, "name"));
      return kind !== undefined && name !== undefined ? [{ kind, name }] : [];
    }),
    managers: managersOf(object),
  };
  for (const find of [certManager, vault, external, sealed, csi, gitops, generated]) {
    const owner = find(parts);
    if (owner) return owner;
  }
  const names = parts.managers.join(", ");
  return { kind: "people", text: names === "" ? "nobody that it names" : names };
}

function certManager({ annotations, managers }: Parts): SecretOwner | undefined {
  const certificate = annotations.get(CERTIFICATE);
  const isManaged = managers.some((one) => one.startsWith("cert-manager"));
  if (certificate === undefined && !isManaged) return undefined;
  const issuer = [
    annotations.get("cert-manager.io/issuer-kind"),
    annotations.get("cert-manager.io/issuer-name"),
  ].filter((word) => word !== undefined && word !== "");
  const text = [
    "cert-manager",
    ...(certificate === undefined ? [] : [`Certificate ${certificate}`]),
    ...(issuer.length > 0 ? [issuer.join(" ")] : []),
  ].join(", ");
  return {
    kind: "cert-manager",
    text,
    advice:
      "cert-manager renews it from its Issuer (its own CA, Vault, AWS Private CA or another). It puts one root into ca.crt and cannot add a second one: for a rotation of the root, take the Secret out of the Certificate (another secretName) and let mc keep cacerts, or renew the Certificate below the same root.",
  };
}

function ownedBy({ owners }: Parts, kinds: RegExp): string | undefined {
  const owner = owners.find(({ kind }) => kinds.test(kind));
  return owner && `${owner.kind} ${owner.name}`;
}

function vault(parts: Parts): SecretOwner | undefined {
  const owner = ownedBy(parts, /^Vault/);
  const isLabelled = parts.labels.get("app.kubernetes.io/managed-by") === "hashicorp-vso";
  if (owner === undefined && !isLabelled) return undefined;
  return {
    kind: "vault",
    text: owner === undefined ? "Vault Secrets Operator" : `Vault Secrets Operator, ${owner}`,
    advice: `The operator copies it from Vault. ${AT_ITS_SOURCE}`,
  };
}

function external(parts: Parts): SecretOwner | undefined {
  const owner = ownedBy(parts, /^ExternalSecret$/);
  const isLabelled = parts.labels.get("reconcile.external-secrets.io/managed") === "true";
  if (owner === undefined && !isLabelled) return undefined;
  return {
    kind: "external-secrets",
    text: owner === undefined ? "External Secrets" : `External Secrets, ${owner}`,
    advice: `External Secrets copies it from a secret store. ${AT_ITS_SOURCE}`,
  };
}

function sealed(parts: Parts): SecretOwner | undefined {
  const owner = ownedBy(parts, /^SealedSecret$/);
  if (owner === undefined) return undefined;
  return {
    kind: "sealed-secrets",
    text: owner,
    advice:
      "Its controller unseals it from the SealedSecret. Seal what mc certs install --generate prints, and put that in its place.",
  };
}

function csi({ labels }: Parts): SecretOwner | undefined {
  if (labels.get("secrets-store.csi.k8s.io/managed") !== "true") return undefined;
  return {
    kind: "csi",
    text: "Secrets Store CSI driver",
    advice: `The driver copies it from a secret store. ${AT_ITS_SOURCE}`,
  };
}

const GITOPS_MARKS: readonly [RegExp, string][] = [
  [/^argocd\.argoproj\.io\//, "Argo CD"],
  [/^(kustomize|helm)\.toolkit\.fluxcd\.io\//, "Flux"],
];
const GITOPS_MANAGERS: readonly [RegExp, string][] = [
  [/^argocd/, "Argo CD"],
  [/^(kustomize|helm)-controller$/, "Flux"],
];

function gitops({ labels, annotations, managers }: Parts): SecretOwner | undefined {
  const keys = [...labels.keys(), ...annotations.keys()];
  const mark =
    GITOPS_MARKS.find(([pattern]) => keys.some((key) => pattern.test(key))) ??
    GITOPS_MANAGERS.find(([pattern]) => managers.some((one) => pattern.test(one)));
  if (!mark) return undefined;
  return {
    kind: "gitops",
    text: mark[1],
    advice: `${mark[1]} applies it from a repository. Encrypt what mc certs install --generate prints as the repository has it, and commit that.`,
  };
}

function generated({ object }: Parts): SecretOwner | undefined {
  if (property(object["data"], GENERATED_FILE) === undefined) return undefined;
  return {
    kind: "istiod",
    text: "istiod, which made this CA itself (istio-generated)",
    advice:
      "istiod (USE_CACERTS_FOR_SELF_SIGNED_CA) keeps a CA of its own in it, and takes the Secret for that as long as it has key istio-generated. Take the key out of the Secret first; istiod then signs with the same CA as one that was given to it.",
  };
}
