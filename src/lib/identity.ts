import type { Finding, ObjectRef } from "../model/report.ts";

/*
 * What makes a finding of one run the same as one of another run. Pods are replaced, counts and times
 * go on: what they are called and how many they are is no part of it; whose they are is.
 */

/** What Kubernetes appends to names (SafeEncodeString of apimachinery), or a part of a hash. */
function generated(lengths: string): string {
  return `(?:[bcdfghjklmnpqrstvwxz2456789]${lengths}|[0-9a-f]${lengths})`;
}

/** The end of a pod's name: `-6d9cdf88cf-3c682` of a Deployment, `-60b55` of a DaemonSet or Job. */
const POD_SUFFIX = new RegExp(`(?:-${generated("{6,10}")})?-${generated("{5}")}(?![\\w-])`, "g");
/** The end of the name of a ReplicaSet. */
const TEMPLATE_HASH = new RegExp(`-${generated("{6,10}")}$`);

/** Kinds whose objects are named by a controller, after what they are made from. */
const REPLACED: ReadonlySet<string> = new Set(["Pod", "ReplicaSet", "WorkloadEntry"]);

/** In the order in which they are replaced: the longer forms first. */
const VARIABLE: readonly RegExp[] = [
  // Times of RFC 3339, and dates.
  /\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z| ?UTC|[+-]\d{2}:\d{2})?)?/g,
  // UIDs, and fingerprints with and without colons.
  /\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b/gi,
  /\b[\da-f]{2}(?::[\da-f]{2}){7,}\b/gi,
  /\b[\da-f]{12,}\b/gi,
  // Durations and ages: 10m18s, 1.5s.
  /(?<![\w.-])(?:\d+(?:\.\d+)?(?:ms|[smhdwy]))+(?![\w-])/g,
  // Numbers, not those that end a name: `cluster1`, `zone-2`.
  /(?<![\w-])\d+(?:[.,]\d+)*(?![\w])/g,
];

/** What one of something is said with, and several. */
const PLURALS: Readonly<Record<string, string>> = {
  are: "is",
  were: "was",
  have: "has",
  do: "does",
  they: "it",
  them: "it",
};

/** A message without what changes while the fault stays the same. */
function settled(message: string): string {
  let text = message.replaceAll(POD_SUFFIX, "");
  for (const pattern of VARIABLE) text = text.replaceAll(pattern, "0");
  return text
    .replaceAll(/\b0 (\w+?)s\b/g, "0 $1")
    .replaceAll(/\b(?:are|were|have|do|they|them)\b/g, (word) => PLURALS[word] ?? word);
}

function nameOf({ kind, name }: ObjectRef): string {
  if (!REPLACED.has(kind)) return name;
  const owner = name.replaceAll(POD_SUFFIX, "");
  return kind === "ReplicaSet" ? owner.replace(TEMPLATE_HASH, "") : owner;
}

/** Longer messages are of what clusters hold; their beginning says what is wrong. */
const LONGEST = 2000;

/**
 * The same text for the same finding in every run: of its check, its cluster, its object or what
 * that was made from, and what it says. Findings of one run that are alike have the same one.
 *
 * @param context of the cluster whose check it is; absent for one across clusters
 */
export function identityOf(id: string, context: string | undefined, finding: Finding): string {
  const { cluster, object, message } = finding;
  return JSON.stringify([
    id,
    context ?? cluster ?? null,
    ...(object ? [object.kind, object.namespace ?? null, nameOf(object)] : [null, null, null]),
    settled(message.slice(0, LONGEST)),
  ]);
}
