import { DEFAULT_ISTIO_NAMESPACE } from "../mesh/names.ts";
import { fact } from "./fact.ts";
import type { IstiodsFact } from "../model/facts.ts";
import { gathered } from "../model/gathered.ts";
import type { FactSource } from "../model/source.ts";

/** The one namespace of the judged istiods, or of all when none is judged. */
function namespaceOf({ judged, others }: IstiodsFact): string {
  const istiods = judged.length > 0 ? judged : others;
  const [only, ...more] = new Set(istiods.map(({ namespace }) => namespace));
  return only === undefined || more.length > 0 ? DEFAULT_ISTIO_NAMESPACE : only;
}

export const istioNamespace = fact({
  key: "istioNamespace",
  access: [],
  keeps: {},
  identifies: true,
  read: async (source) => {
    const { istioNamespace: given } = source.settings;
    if (given) return gathered(given);
    const istiods = await source.fact("istiods");
    return gathered(istiods.ok ? namespaceOf(istiods.value) : DEFAULT_ISTIO_NAMESPACE);
  },
});

/** For facts that read in that namespace; it is always known. */
export async function istioNamespaceOf(source: FactSource): Promise<string> {
  const namespace = await source.fact("istioNamespace");
  return namespace.ok ? namespace.value : DEFAULT_ISTIO_NAMESPACE;
}

/**
 * Asks the usual namespace while the real one is still to be found out: most often it is the same,
 * and what is there need not wait for a list that may never come. Requests are made once, so asking
 * again costs nothing; what comes of this one, also a fault of ours, is met then.
 */
export function askEarly(source: FactSource, ask: (namespace: string) => Promise<unknown>): void {
  ask(source.settings.istioNamespace ?? DEFAULT_ISTIO_NAMESPACE).catch(() => undefined);
}
