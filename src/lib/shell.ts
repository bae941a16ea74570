import type { ClusterRef } from "../model/check.ts";

const PLAIN = /^[\w@%+=:,./-]+$/;

/** One word for a POSIX shell, quoted only when it must be; line breaks and controls are dropped. */
export function quote(word: string): string {
  if (PLAIN.test(word) && !word.startsWith("=")) return word;
  // oxlint-disable-next-line no-control-regex -- control characters are what it takes out
  const clean = word.replaceAll(/[\u0000-\u001F\u007F-\u009F\u2028\u2029]/g, "");
  return `'${clean.replaceAll("'", `'\\''`)}'`;
}

/** A command line from words, each quoted where needed. */
export function commandLine(...words: string[]): string {
  return words.map(quote).join(" ");
}

/** `kubectl --context CONTEXT …` for that cluster. */
export function kubectl(cluster: Pick<ClusterRef, "contextArgument">, ...words: string[]): string {
  return `kubectl --context ${contextWord(cluster)} ${commandLine(...words)}`;
}

/** The cluster's context as a shell word; the placeholder `<context>` stays readable. */
export function contextWord(cluster: Pick<ClusterRef, "contextArgument">): string {
  return cluster.contextArgument === "<context>" ? "<context>" : quote(cluster.contextArgument);
}
