import type { ClusterRef } from "../../model/check.ts";

const PLAIN = /^[\w@%+=:,./-]+$/;

/** One word for a POSIX shell, quoted only when it must be; line breaks and controls are dropped. */
export function quote(word: string): string {
  if (PLAIN.test(word) && !word.startsWith("=")) return word;
  const clean = word.replaceAll(/[\p{Cc}\u2028\u2029]/gu, "");
  return `'${clean.replaceAll("'", `'\\''`)}'`;
}

/** A command line from words, each quoted where needed. */
export function commandLine(...words: string[]): string {
  return words.map(quote).join(" ");
}

/** What commands for a cluster name it by. */
type Addressed = Pick<ClusterRef, "contextArgument" | "kubeconfig" | "program">;

/** `kubectl --context CONTEXT …` for that cluster. */
export function kubectl(cluster: Addressed, ...words: string[]): string {
  return `kubectl${kubeconfigOf(cluster)} --context ${contextWord(cluster)} ${commandLine(...words)}`;
}

/**
 * `mc …` for clusters of the same kubeconfig as that one, by the name that it was called by; the
 * words are quoted as they need it.
 */
export function mc(cluster: Addressed, words: string): string {
  return `${cluster.program ?? "mc"} ${words}${kubeconfigOf(cluster)}`;
}

function kubeconfigOf({ kubeconfig }: Addressed): string {
  return kubeconfig === undefined ? "" : ` --kubeconfig ${quote(kubeconfig)}`;
}

/** What the shell puts in place; unset it stops the command, where empty it would be a setting. */
export function variable(name: string): string {
  return `\${${name}:?}`;
}

/** Stands for a context that is not known: quoted, as a shell takes `<` for a redirection. */
export const UNKNOWN_CONTEXT = quote("<context>");

/** The cluster's context as a shell word. */
export function contextWord(cluster: Pick<ClusterRef, "contextArgument">): string {
  return quote(cluster.contextArgument);
}
