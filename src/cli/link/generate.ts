import { defined } from "../../lib/defined.ts";
import { join } from "node:path";
import { peeringValues } from "../../gateway/helm-values.ts";
import type { Links } from "../../gateway/links.ts";
import { peerGateways } from "../../gateway/remote-peer.ts";
import type { PeerSource, PeerTarget } from "../../gateway/peer.ts";
import { toYaml, toYamlByContext } from "../../gateway/yaml.ts";
import { safeFileName } from "../../lib/file-name.ts";
import { refusedByHelm } from "../../gateway/helm-owner.ts";
import { chartNotes, helmWarnings } from "../shared/helm-chart.ts";
import type { Io } from "../shared/io.ts";
import type { LinkOptions } from "./flags.ts";
import { makeDirectory } from "../shared/output-directory.ts";
import { writeWhole } from "../shared/output-file.ts";
import { note } from "../shared/say.ts";

/** What goes to one context; to any, where no context is named. */
interface Output {
  context?: string;
  documents: unknown[];
}

/** The apiVersion in which the cluster of a context serves Gateways. */
type ServedIn = (context: string) => string | undefined;

function documentsFor(
  source: PeerSource,
  targets: readonly PeerTarget[],
  { format, preferredDataPlaneServiceType }: LinkOptions,
  apiVersion?: string,
): unknown[] {
  const nodePort = preferredDataPlaneServiceType === "nodeport";
  return format === "helm-values"
    ? [peeringValues(source, targets, nodePort)]
    : peerGateways(source, targets, nodePort).map(({ manifest }) => ({
        ...manifest,
        ...defined({ apiVersion }),
      }));
}

function outputsOf({ links, targets }: Links, servedIn: ServedIn, options: LinkOptions): Output[] {
  if (links.length > 0) {
    return links.map(({ source, targets: own }) => ({
      context: source.context,
      documents: documentsFor(source, own, options, servedIn(source.context)),
    }));
  }
  const { namespace } = options;
  const anybody = { context: "", existing: [], ...defined({ namespace }) };
  return [{ documents: documentsFor(anybody, targets, options) }];
}

function textOf(outputs: readonly Output[]): string {
  return outputs
    .map(({ context, documents }) =>
      context === undefined
        ? documents.map(toYaml).join("---\n")
        : toYamlByContext(documents.map((document) => ({ context, document }))),
    )
    .join("---\n");
}

/** Prints or writes the Gateways, or the Helm values; gives the exit code. */
export async function generateLinks(
  links: Links,
  servedIn: ServedIn,
  options: LinkOptions,
  io: Io,
): Promise<number> {
  for (const text of links.assumptions) await note(io, options, text);
  const outputs = outputsOf(links, servedIn, options);
  if (options.outputDir === undefined) await io.stdout.write(textOf(outputs));
  else await writeFiles(outputs, options.outputDir, io, options);
  if (options.format === "helm-values") {
    await chartNotes(
      links.links.map(({ cluster }) => cluster.ref),
      options,
      io,
    );
    for (const { cluster, source, gateways } of links.links) {
      const names = new Set(gateways.map(({ manifest }) => manifest.metadata.name));
      await helmWarnings(refusedByHelm(cluster.ref, names, source.existing), io);
    }
  }
  return 0;
}

async function writeFiles(
  outputs: readonly Output[],
  directory: string,
  io: Io,
  options: LinkOptions,
): Promise<void> {
  await makeDirectory(directory);
  const names = new Set<string>();
  for (const output of outputs) {
    const file = join(directory, `${safeFileName(output.context ?? "remote-peer", names)}.yaml`);
    await writeWhole(file, textOf([output]));
    await note(io, options, `wrote ${file}`);
  }
}
