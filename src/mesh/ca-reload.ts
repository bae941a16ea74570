import { switchOf } from "./switches.ts";
import type { IstiodFact } from "../model/facts.ts";
import { hasMinor, versionOf, type Release } from "./versions.ts";

/*
 * How a running istiod takes a change of Secret cacerts, of istio's pilot/pkg/bootstrap/istio_ca.go:
 * it watches the files, and refuses what it cannot take up until it is restarted.
 */

/** What decides how one istiod takes a change. */
export interface ReloadRules {
  /** Absent where its image does not say. */
  version?: Release;
  /** ISTIO_MULTIROOT_MESH is true. */
  multiRoot: boolean;
}

/** Roots as a Secret holds them. */
export interface RootText {
  text: string;
  /** Fingerprints. */
  roots: readonly string[];
}

const MULTI_ROOT = "ISTIO_MULTIROOT_MESH";

/** How long kubelet takes to renew the files of a Secret, and istiod to see it, ms. */
export const RELOAD_TIME = 5 * 60_000;

export function reloadRules(istiod: IstiodFact): ReloadRules {
  const { version } = versionOf(istiod, "discovery");
  const multiRoot = switchOf(istiod.env, MULTI_ROOT) === true;
  return version ? { version, multiRoot } : { multiRoot };
}

/**
 * Whether an istiod that runs takes up what follows on `before` by itself. New intermediates under
 * the very same bytes of roots always are. Other roots are, where several are allowed for: up to 1.29
 * when the old text is a part of the new one, from 1.30 on also when roots are only taken away.
 */
export function takesUp(rules: ReloadRules, before: RootText, after: RootText): boolean {
  if (before.text === after.text) return true;
  if (!rules.multiRoot) return false;
  const isPart = after.text.includes(before.text);
  if (!rules.version || !hasMinor(rules.version, 1, 30)) return isPart;
  return isSubset(before.roots, after.roots) || isSubset(after.roots, before.roots);
}

function isSubset(some: readonly string[], all: readonly string[]): boolean {
  return some.every((one) => all.includes(one));
}
