import type { ClusterRef } from "../../model/check.ts";
import { commandLine, mc, quote } from "./shell.ts";

/** Makes the intermediate certificate of a cluster, below a root that whoever runs it has. */
export function makeIntermediate(cluster: string, directory: string): string {
  const words = ["certs", "intermediate", "--root", "DIR", "--cluster", cluster];
  return commandLine("mc", ...words, "--output-dir", directory);
}

/** Takes the next safe step of a cluster to the certificates of a directory. */
export function rotateTo(cluster: ClusterRef, directory: string): string {
  return mc(
    cluster,
    `certs rotate --contexts ${quote(cluster.contextArgument)} --to ${quote(directory)}`,
  );
}
