import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { bufferFromFileOrString, KubeConfig } from "@kubernetes/client-node/dist/config.js";
import { describe, expect, test, vi } from "vitest";
import { UsageError } from "../../src/model/errors.ts";
import { loadKubeconfig, resolveContext } from "../../src/readers/kubeconfig/index.ts";
import { SPECIMENS, type Specimen } from "./kubeconfigs.ts";
import { temporaryDirectory } from "./live-support.ts";

/** What a context comes to, field by field; `error`: the kubeconfig is refused. */
type Reading = Record<string, unknown>;

const HAS_KUBECTL = spawnSync("kubectl", ["version", "--client"]).status === 0;

/** Without what is absent, in whatever way that is said. */
function tidy(reading: Reading): Reading {
  return Object.fromEntries(
    Object.entries(reading).filter(([, value]) => {
      if (value === undefined || value === null || value === "" || value === false) return false;
      return typeof value !== "object" || Object.keys(value).length > 0;
    }),
  );
}

/** Fields of an exec plugin that all three know by the same names. */
function execOf(exec: Record<string, unknown> | undefined): Reading | undefined {
  if (!exec) return undefined;
  const { apiVersion, command, args, env, provideClusterInfo } = exec;
  return tidy({ apiVersion, command, args, env, provideClusterInfo });
}

/** Writes the files; their paths are what $KUBECONFIG holds. */
function pathsOf({ files }: Specimen): string[] {
  const directory = temporaryDirectory();
  for (const [path, content] of Object.entries(files)) {
    if (content.length === 0) continue;
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  return Object.keys(files)
    .filter((path) => path.endsWith(".config"))
    .map((path) => join(directory, path));
}

function byMc(paths: string[]): Reading {
  try {
    const { cluster, user, namespace } = resolveContext(
      loadKubeconfig({ env: { KUBECONFIG: paths.join(delimiter) } }),
    );
    const { skipTLSVerify, caData: ca, server, tlsServerName, proxyUrl } = cluster;
    const { certData: cert, keyData: key, impersonateUser: as, exec, asUserExtra, ...rest } = user;
    const where = { server, insecure: skipTLSVerify, ca, tlsServerName, proxyUrl, namespace };
    return tidy({
      ...rest,
      ...where,
      cert,
      key,
      as,
      name: undefined,
      exec: execOf(exec && { ...exec }),
      asUserExtra: Object.fromEntries(asUserExtra),
    });
  } catch (cause) {
    if (cause instanceof UsageError) return { error: true };
    throw cause;
  }
}

function byClientNode(paths: string[]): Reading {
  vi.stubEnv("KUBECONFIG", paths.join(delimiter));
  try {
    const config = new KubeConfig();
    config.loadFromDefault();
    const cluster = config.getCurrentCluster();
    const user = config.getCurrentUser();
    const context = config.getContextObject(config.getCurrentContext());
    const data = (file: string | undefined, text: string | undefined): string | undefined =>
      bufferFromFileOrString(file, text)?.toString("base64");
    const { token, username, password, impersonateUser: as, exec, authProvider } = user ?? {};
    const written = { token, username, password, as, authProvider: authProvider as unknown };
    return tidy({
      ...written,
      server: cluster?.server,
      insecure: cluster?.skipTLSVerify,
      ca: data(cluster?.caFile, cluster?.caData),
      tlsServerName: cluster?.tlsServerName,
      proxyUrl: cluster?.proxyUrl,
      namespace: context?.namespace,
      cert: data(user?.certFile, user?.certData),
      key: data(user?.keyFile, user?.keyData),
      exec: execOf(exec as Record<string, unknown> | undefined),
    });
  } catch {
    return { error: true };
  } finally {
    vi.unstubAllEnvs();
  }
}

interface View {
  clusters: { cluster: Record<string, unknown> }[];
  contexts: { context: Record<string, unknown> }[];
  users: { user: Record<string, unknown> }[] | null;
}

function byKubectl(paths: string[]): Reading {
  const env = { ...process.env, KUBECONFIG: paths.join(delimiter) };
  const words = ["config", "view", "--raw", "--flatten", "--minify", "-o", "json"];
  let view: View;
  try {
    view = JSON.parse(
      execFileSync("kubectl", words, { env, encoding: "utf8", stdio: "pipe" }),
    ) as View;
  } catch {
    return { error: true };
  }
  const { cluster = {} } = view.clusters[0] ?? {};
  const { user = {} } = view.users?.[0] ?? {};
  return tidy({
    server: String(cluster["server"]).replace(/\/$/, ""),
    insecure: cluster["insecure-skip-tls-verify"],
    ca: cluster["certificate-authority-data"],
    tlsServerName: cluster["tls-server-name"],
    proxyUrl: cluster["proxy-url"],
    namespace: view.contexts[0]?.context["namespace"],
    cert: user["client-certificate-data"],
    key: user["client-key-data"],
    token: user["token"],
    tokenFile: user["tokenFile"],
    username: user["username"],
    password: user["password"],
    as: user["as"],
    asUid: user["as-uid"],
    asGroups: user["as-groups"],
    asUserExtra: user["as-user-extra"],
    authProvider: user["auth-provider"],
    exec: execOf(user["exec"] as Record<string, unknown> | undefined),
  });
}

/** Fields that differ; what one of the two refuses differs in what the other reads, or as a whole. */
function differences(mc: Reading, other: Reading, known: readonly string[]): string[] {
  if (other["error"] !== undefined && mc["error"] === undefined) return ["error"];
  // Of a kubeconfig that mc refuses, the fields that it refuses it for.
  if (mc["error"] !== undefined) return other["error"] === undefined ? [...known] : [];
  return [...new Set([...Object.keys(mc), ...Object.keys(other)])].filter(
    (field) => JSON.stringify(mc[field]) !== JSON.stringify(other[field]),
  );
}

describe.each(Object.entries(SPECIMENS))("%s", (_name, specimen) => {
  const { clientNode = {}, kubectl = {} } = specimen;

  test("is read by client-node alone as by mc, but for what is said", () => {
    const paths = pathsOf(specimen);
    const known = Object.keys(clientNode);
    const found = differences(byMc(paths), byClientNode(paths), known);
    expect(found.toSorted()).toEqual(known.toSorted());
  });

  test.skipIf(!HAS_KUBECTL)("is read by kubectl as by mc, but for what is said", () => {
    const paths = pathsOf(specimen);
    const known = Object.keys(kubectl);
    const found = differences(byMc(paths), byKubectl(paths), known);
    expect(found.toSorted()).toEqual(known.toSorted());
  });
});
