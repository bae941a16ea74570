import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { peeringValues } from "../gateway/helm-values.ts";
import { toYaml, toYamlByContext } from "../gateway/manifest.ts";
import { type PeerTarget, remotePeerGateway } from "../gateway/remote-peer.ts";
import { OperationError } from "../model/errors.ts";
import { safeFileName } from "../lib/file-name.ts";
import type { Io } from "./io.ts";
import type { SourceLinks } from "./link-run.ts";
import type { LinkOptions } from "./link.ts";
import { writeWhole } from "./output-file.ts";
import { note } from "./say.ts";

/** What is known of nobody in particular: the Gateway for a target, whoever the source is. */
const ANYBODY = { context: "", clusterId: "", network: "", existing: [] };

interface Document {
  context: string;
  document: unknown;
}

function documentsOf(
  links: readonly SourceLinks[],
  targets: readonly PeerTarget[],
  nodePort: boolean,
  { format, namespace }: LinkOptions,
): Document[] {
  const helm = format === "helm-values";
  if (links.length === 0) {
    const source = { ...ANYBODY, ...(namespace === undefined ? {} : { namespace }) };
    return helm
      ? [{ context: "", document: peeringValues(source, targets, nodePort) }]
      : targets.map((target) => ({
          context: "",
          document: remotePeerGateway(source, target, targets, nodePort),
        }));
  }
  return links.flatMap(({ source, targets: own }): Document[] =>
    helm
      ? own.length > 0
        ? [{ context: source.context, document: peeringValues(source, own, nodePort) }]
        : []
      : own.map((target) => ({
          context: source.context,
          document: remotePeerGateway(source, target, own, nodePort),
        })),
  );
}

/** Prints or writes the Gateways, or the Helm values; gives the exit code. */
export async function generateLinks(
  links: readonly SourceLinks[],
  targets: readonly PeerTarget[],
  nodePort: boolean,
  options: LinkOptions,
  io: Io,
): Promise<number> {
  const documents = documentsOf(links, targets, nodePort, options);
  if (options.outputDir === undefined) {
    const [only] = documents;
    await io.stdout.write(
      only && only.context === "" ? toYaml(only.document) : toYamlByContext(documents),
    );
  } else {
    await writeFiles(documents, options.outputDir, io, options);
  }
  if (options.format === "helm-values") {
    await note(io, options, "the peering chart needs Solo's Istio 1.29 or later");
  }
  return 0;
}

async function writeFiles(
  documents: readonly Document[],
  directory: string,
  io: Io,
  options: LinkOptions,
): Promise<void> {
  await mkdir(directory, { recursive: true }).catch((cause: Error) => {
    throw new OperationError(`${directory} was not made: ${cause.message}`);
  });
  const byContext = Map.groupBy(documents, ({ context }) => context);
  const names = new Set<string>();
  for (const [context, own] of byContext) {
    const file = join(directory, `${safeFileName(context || "remote-peer", names)}.yaml`);
    await writeWhole(
      file,
      context === "" && own[0] ? toYaml(own[0].document) : toYamlByContext(own),
    );
    await note(io, options, `wrote ${file}`);
  }
}
