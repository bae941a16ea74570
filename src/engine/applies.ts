import type { AnyCheck } from "../model/check.ts";
import type { Inapplicable, MeshKind } from "../model/report.ts";

/** What decides whether a check runs at all. */
interface Occasion {
  precheck: boolean;
  /** How the clusters of the mesh find each other; absent while that is not known. */
  kinds?: ReadonlySet<MeshKind>;
  /** Nothing shows their kind, and not all that would tell was read. */
  isKindGuessed?: boolean;
}

/** Why a check does not run. */
interface LeftOut {
  message: string;
  because?: Inapplicable;
}

const FOR: Readonly<Record<MeshKind, string>> = {
  peering: "only for meshes with peering of Solo's distribution",
  community: "only for meshes with remote secrets, as in community Istio",
};

const GUESSED = "not known whether this is one, as not all that tells was read (--mode says it)";

/** Why a check has nothing to say on this occasion, as its result tells; nothing when it runs. */
export function whyLeftOut(
  { meshKind, notInPrecheck }: AnyCheck,
  { precheck, kinds, isKindGuessed = false }: Occasion,
): LeftOut | undefined {
  if (meshKind !== undefined && kinds?.has(meshKind) === false) {
    const message = isKindGuessed ? `${FOR[meshKind]}; ${GUESSED}` : FOR[meshKind];
    return { message, because: { onlyFor: meshKind } };
  }
  return precheck && notInPrecheck !== undefined ? { message: notInPrecheck } : undefined;
}

/** The checks that run on this occasion. */
export function applicable(checks: readonly AnyCheck[], occasion: Occasion): AnyCheck[] {
  return checks.filter((check) => whyLeftOut(check, occasion) === undefined);
}
