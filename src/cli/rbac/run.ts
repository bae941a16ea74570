import { DEFAULT_ISTIO_NAMESPACE } from "../../mesh/names.ts";
import { rbacDocuments, type RbacDocument } from "../../engine/rbac.ts";
import { toYaml } from "../../gateway/yaml.ts";
import { commandLine } from "../../mesh/commands/shell.ts";
import type { Io } from "../shared/io.ts";
import { type GlobalOptions, meshKindOf, type Mode } from "../shared/options.ts";
import { note } from "../shared/say.ts";

/** Flags of `mc rbac`, parsed. */
export interface RbacCommandOptions extends GlobalOptions {
  name: string;
  mode: Mode;
  withoutSecrets?: boolean;
  withRemoteSecrets?: boolean;
  withoutPortForward?: boolean;
}

function text({ comment, manifest }: RbacDocument): string {
  return `${comment.map((line) => `# ${line}\n`).join("")}${toYaml(manifest)}`;
}

/** `mc rbac`: asks no cluster anything. */
export async function runRbac(options: RbacCommandOptions, io: Io): Promise<void> {
  const istioNamespace = options.istioNamespace ?? DEFAULT_ISTIO_NAMESPACE;
  const { name, namespace = istioNamespace } = options;
  const documents = rbacDocuments({
    name,
    namespace,
    istioNamespace,
    secrets: !options.withoutSecrets,
    // Without them nothing of such a mesh can be told.
    remoteSecrets: options.withRemoteSecrets ?? options.mode === "community",
    ...meshKindOf(options.mode),
    portForward: !options.withoutPortForward,
  });
  await io.stdout.write(documents.map(text).join("---\n"));
  await note(
    io,
    options,
    `a token for it: ${commandLine("kubectl", "-n", namespace, "create", "token", name)}`,
  );
}
