import type { RbacDocument } from "../../engine/rbac-document.ts";
import { defined } from "../../lib/defined.ts";
import { DEFAULT_ISTIO_NAMESPACE } from "../../mesh/names.ts";
import { rbacDocuments, type RbacOptions } from "../../engine/rbac.ts";
import { SPIRE_NAMESPACE, UPSTREAM_SECRETS } from "../../mesh/spire/names.ts";
import { UsageError } from "../../model/errors.ts";
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
  withCerts?: boolean;
  withoutPortForward?: boolean;
  /** `true`: in the istio namespace only. */
  withLogs?: true | string[];
  withTrace?: boolean;
  withProbe?: boolean;
  /** Namespaces; true where none is named. */
  withSpire?: string[] | true;
  spireSecret?: string[];
}

function text({ comment, manifest }: RbacDocument): string {
  return `${comment.map((line) => `# ${line}\n`).join("")}${toYaml(manifest)}`;
}

function spireOf({ withSpire, spireSecret }: RbacCommandOptions): Pick<RbacOptions, "spire"> {
  if (withSpire === undefined) {
    if (spireSecret) throw new UsageError("--spire-secret is only for --with-spire");
    return {};
  }
  const namespaces = withSpire === true ? [SPIRE_NAMESPACE] : [...new Set(withSpire)];
  return { spire: { namespaces, secrets: spireSecret ?? UPSTREAM_SECRETS } };
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
    certs: options.withCerts ?? false,
    portForward: !options.withoutPortForward,
    ...defined({ logs: options.withLogs === true ? [] : options.withLogs }),
    trace: options.withTrace ?? false,
    probe: options.withProbe ?? false,
    ...spireOf(options),
  });
  await io.stdout.write(documents.map(text).join("---\n"));
  await note(
    io,
    options,
    `a token for it: ${commandLine("kubectl", "-n", namespace, "create", "token", name)}`,
  );
}
