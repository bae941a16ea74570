import { CORE_SCHEMA, loadAll, mergeTag, YAMLException } from "js-yaml";
import { array, at, property, record, string, strings } from "../../lib/json.ts";
import { oneLine } from "../../lib/sanitize.ts";
import { UsageError } from "../../model/errors.ts";

/*
 * What stands in a kubeconfig, by its own names; anything may be missing or of another type there.
 */

export interface ContextEntry {
  cluster: string;
  /** Empty: no credentials, as for `kubectl proxy`. */
  user: string;
  namespace?: string;
}

export interface ClusterEntry {
  server: string;
  /** A file. */
  certificateAuthority?: string;
  /** PEM in base64; it wins over the file. */
  certificateAuthorityData?: string;
  insecure: boolean;
  tlsServerName?: string;
  proxyUrl?: string;
  disableCompression: boolean;
  /** Extension `client.authentication.k8s.io/exec`, for plugins that ask for the cluster. */
  execConfig?: unknown;
}

export interface ExecEntry {
  /** `client.authentication.k8s.io/v1`. */
  apiVersion: string;
  command: string;
  args: string[];
  env: { name: string; value: string }[];
  installHint?: string;
  provideClusterInfo: boolean;
  /** Never, IfAvailable or Always. */
  interactiveMode: string;
}

export interface UserEntry {
  token?: string;
  /** It wins over the token. */
  tokenFile?: string;
  clientCertificate?: string;
  clientCertificateData?: string;
  clientKey?: string;
  clientKeyData?: string;
  username?: string;
  password?: string;
  as?: string;
  asUid?: string;
  asGroups?: string[];
  /** By the key of the extra field. */
  asUserExtra?: ReadonlyMap<string, string[]>;
  exec?: ExecEntry;
  authProvider?: { name: string; config: Readonly<Record<string, unknown>> };
}

const SCHEMA = CORE_SCHEMA.withTags(mergeTag);

/**
 * The map that a kubeconfig holds; an empty file is an empty map, as for kubectl.
 *
 * @throws UsageError it is no kubeconfig; what it says is never quoted: it holds credentials
 */
export function parseKubeconfig(text: string, file: string): Readonly<Record<string, unknown>> {
  let document: unknown;
  try {
    [document] = loadAll(text, { schema: SCHEMA });
  } catch (cause) {
    throw new UsageError(`kubeconfig ${file} is not valid YAML: ${yamlReason(cause)}`);
  }
  if (document === undefined || document === null) return {};
  const config = record(document);
  if (config !== document) {
    throw new UsageError(`kubeconfig ${file} is not a kubeconfig: it holds no map`);
  }
  const kind = string(config["kind"]) ?? "Config";
  const apiVersion = string(config["apiVersion"]) ?? "v1";
  if (kind !== "Config" || apiVersion !== "v1") {
    throw new UsageError(
      `kubeconfig ${file} is not a kubeconfig: it holds ${oneLine(`${apiVersion} ${kind}`)}, not v1 Config`,
    );
  }
  return config;
}

function yamlReason(cause: unknown): string {
  if (!(cause instanceof YAMLException)) return "it is nested too deep or too large";
  const line = cause.mark ? ` (line ${cause.mark.line + 1})` : "";
  // A reason may quote a word of the file, which may be a credential.
  return `${oneLine(cause.reason.replaceAll(/"[^"]*"|'[^']*'/g, "…"))}${line}`;
}

export function readContext(value: unknown): ContextEntry {
  const entry: ContextEntry = {
    cluster: string(property(value, "cluster")) ?? "",
    user: string(property(value, "user")) ?? "",
  };
  const namespace = string(property(value, "namespace"));
  return namespace === undefined ? entry : { ...entry, namespace };
}

/** The keys whose values are there; a path is made absolute by `convert`. */
function pick(
  value: unknown,
  keys: Readonly<Record<string, string>>,
  convert: (text: string) => string = (text) => text,
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, key] of Object.entries(keys)) {
    const text = string(property(value, key));
    if (text !== undefined) found[name] = convert(text);
  }
  return found;
}

export function readCluster(value: unknown, path: (file: string) => string): ClusterEntry {
  const extension = array(property(value, "extensions")).find(
    (item) => property(item, "name") === "client.authentication.k8s.io/exec",
  );
  return {
    server: string(property(value, "server")) ?? "",
    insecure: property(value, "insecure-skip-tls-verify") === true,
    disableCompression: property(value, "disable-compression") === true,
    ...pick(value, { certificateAuthority: "certificate-authority" }, path),
    ...pick(value, {
      certificateAuthorityData: "certificate-authority-data",
      tlsServerName: "tls-server-name",
      proxyUrl: "proxy-url",
    }),
    ...(extension === undefined ? {} : { execConfig: property(extension, "extension") }),
  };
}

export function readUser(
  value: unknown,
  convert: { path: (file: string) => string; command: (command: string) => string },
): UserEntry {
  const user: UserEntry = {
    ...pick(value, {
      token: "token",
      clientCertificateData: "client-certificate-data",
      clientKeyData: "client-key-data",
      username: "username",
      password: "password",
      as: "as",
      asUid: "as-uid",
    }),
    ...pick(
      value,
      {
        tokenFile: "tokenFile",
        clientCertificate: "client-certificate",
        clientKey: "client-key",
      },
      convert.path,
    ),
  };
  const groups = strings(property(value, "as-groups"));
  if (groups.length > 0) user.asGroups = groups;
  const extra = Object.entries(record(property(value, "as-user-extra")));
  if (extra.length > 0) {
    user.asUserExtra = new Map(extra.map(([key, values]) => [key, strings(values)]));
  }
  const exec = property(value, "exec");
  if (exec !== undefined && exec !== null) user.exec = readExec(exec, convert.command);
  const provider = string(at(value, "auth-provider", "name"));
  if (provider !== undefined) {
    user.authProvider = { name: provider, config: record(at(value, "auth-provider", "config")) };
  }
  return user;
}

function readExec(value: unknown, command: (command: string) => string): ExecEntry {
  const installHint = string(property(value, "installHint"));
  return {
    apiVersion: string(property(value, "apiVersion")) ?? "",
    command: command(string(property(value, "command")) ?? ""),
    args: array(property(value, "args")).map((item) => string(item) ?? ""),
    env: array(property(value, "env")).flatMap((item) => {
      const name = string(property(item, "name"));
      return name === undefined ? [] : [{ name, value: string(property(item, "value")) ?? "" }];
    }),
    provideClusterInfo: property(value, "provideClusterInfo") === true,
    interactiveMode: string(property(value, "interactiveMode")) ?? "IfAvailable",
    ...(installHint === undefined ? {} : { installHint }),
  };
}
