import { fact, listed } from "./fact.ts";
import { SCALAR, WHOLE } from "./keep.ts";
import { CONDITIONS } from "./keep-objects.ts";
import { defined } from "../lib/defined.ts";
import { array, at, string, stringMap } from "../lib/json.ts";
import { segmentName } from "../mesh/segments.ts";
import type { SegmentAlias, SegmentFact } from "../model/facts.ts";
import { gathered } from "../model/gathered.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";
import { istioNamespaceOf } from "./istio-namespace.ts";
import { byName, conditionsOf, metaOf } from "./objects.ts";

function segmentFact(object: RawObject): SegmentFact | undefined {
  const meta = metaOf(object);
  if (!meta) return undefined;
  const domain = string(at(object, "spec", "domain"));
  const aliases = array(at(object, "spec", "aliases")).flatMap(aliasOf);
  const conditions = conditionsOf(object);
  return {
    namespace: meta.namespace,
    name: meta.name,
    ...(aliases.length > 0 ? { aliases } : {}),
    ...(conditions.length > 0 ? { conditions } : {}),
    ...defined({ domain }),
  };
}

function aliasOf(value: unknown): SegmentAlias[] {
  const pattern = string(at(value, "pattern"));
  if (pattern === undefined) return [];
  return [{ pattern, matchLabels: stringMap(at(value, "selector", "matchLabels")) }];
}

/**
 * The Segments that the istio namespace holds, where its label says that the cluster is in one: they
 * are few clusters', and the others are not asked.
 */
export const segments = fact({
  key: "segments",
  access: [listed(RESOURCES.segments, { scope: "istio" })],
  keeps: {
    segments: {
      spec: {
        domain: SCALAR,
        aliases: [{ pattern: SCALAR, selector: { matchLabels: WHOLE } }],
      },
      status: { conditions: CONDITIONS },
    },
  },
  after: ["namespaces", "istiods"],
  read: async (source) => {
    const [namespaces, namespace] = await Promise.all([
      source.fact("namespaces"),
      istioNamespaceOf(source),
    ]);
    if (!namespaces.ok) return namespaces;
    if (segmentName(namespaces.value, namespace) === undefined) return gathered([]);
    const answer = await source.list(RESOURCES.segments, { namespace });
    // Without the CRD there are no Segments.
    if (!answer.ok) return answer.why === "not-found" ? gathered([]) : answer;
    return gathered(
      answer.value
        .flatMap((object) => segmentFact(object) ?? [])
        .filter((segment) => segment.namespace === namespace)
        .toSorted(byName),
    );
  },
});
