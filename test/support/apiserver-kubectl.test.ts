import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApiServer, type ApiServer } from "./apiserver.ts";
import { writeKubeconfig } from "./kubeconfig.ts";

const KUBECTL = process.env["KUBECTL"] ?? "kubectl";
const hasKubectl = spawnSync(KUBECTL, ["version", "--client"]).status === 0;

const pod = (name: string, labels: object) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "istio-system", labels },
  status: { phase: "Running" },
});

const gateway = (port: number) => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gw, namespace: istio-system}
spec:
  gatewayClassName: istio-eastwest
  listeners: [{name: xds-tls, port: ${port}, protocol: TLS, tls: {mode: Passthrough}}]
`;

const service = (port: number) => `
apiVersion: v1
kind: Service
metadata: {name: svc, namespace: istio-system}
spec: {selector: {app: x}, ports: [{name: a, port: ${port}}]}
`;

describe.skipIf(!hasKubectl)("kubectl", () => {
  let server: ApiServer;
  let directory: string;
  let kubeconfig: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "kubectl-"));
    server = await startApiServer({
      objects: [
        { apiVersion: "v1", kind: "Namespace", metadata: { name: "istio-system" } },
        pod("istiod-a", { app: "istiod" }),
        pod("ztunnel-a", { app: "ztunnel" }),
      ],
      debug: { "istio-system/istiod-a/15014/license": { State: "OK" } },
      users: [{ name: "admin" }, { name: "viewer", deny: [{ resource: "secrets" }] }],
    });
    const at = (context: string, more: object = {}) =>
      server.kubeconfig({ context, dir: directory, ...more });
    kubeconfig = writeKubeconfig(join(directory, "kubeconfig"), [
      at("admin"),
      at("viewer", { user: "viewer" }),
      at("file", { auth: "tokenFile" }),
      at("certificate", { auth: "clientCertificate" }),
      at("exec", { auth: "exec" }),
    ]);
  });

  afterAll(async () => {
    await server.close();
    rmSync(directory, { recursive: true });
  });

  // Its cache of discovery would outlive the test in the home directory.
  const environment = () => ({ ...process.env, KUBECONFIG: kubeconfig, KUBECACHEDIR: directory });

  /** Output and errors of one command. */
  function kubectl(...args: string[]): Promise<string> {
    return new Promise((resolve) => {
      execFile(KUBECTL, args, { env: environment() }, (_error, stdout, stderr) =>
        resolve(stdout + stderr),
      );
    });
  }

  function manifest(text: string): string {
    const file = join(directory, "manifest.yaml");
    writeFileSync(file, text);
    return file;
  }

  it("gets and lists", async () => {
    expect(await kubectl("get", "pods", "-A")).toMatch(/istio-system +istiod-a[^]*ztunnel-a/);
    expect(await kubectl("get", "po", "-A", "-o", "name", "-l", "app in (istiod)")).toBe(
      "pod/istiod-a\n",
    );
    const byField = ["--field-selector", "metadata.name=ztunnel-a", "-n", "istio-system"];
    expect(await kubectl("get", "pods", "-o", "name", ...byField)).toBe("pod/ztunnel-a\n");
    expect(await kubectl("get", "pods", "-A", "-o", "name", "--chunk-size=1")).toBe(
      "pod/istiod-a\npod/ztunnel-a\n",
    );
    expect(await kubectl("get", "ns", "istio-system", "-o", "yaml")).toContain("kind: Namespace");
    expect(await kubectl("get", "pods", "-n", "istio-system", "nope")).toBe(
      'Error from server (NotFound): pods "nope" not found\n',
    );
    expect(await kubectl("get", "--raw", "/livez")).toBe("ok");
  });

  it.each(["file", "certificate", "exec"])("signs in by %s", async (context) => {
    expect(await kubectl("--context", context, "get", "ns", "-o", "name")).toBe(
      "namespace/istio-system\n",
    );
  });

  it("sees what is served", async () => {
    const resources = await kubectl("api-resources");
    expect(resources).toMatch(/gateways +gtw +gateway\.networking\.k8s\.io\/v1 +true +Gateway/);
    expect(resources).toMatch(/gateways +gw +networking\.istio\.io\/v1 +true +Gateway/);
    expect(await kubectl("version")).toContain("Server Version: v1.36.0");
  });

  it("applies on the server, reports conflicts, labels and deletes", async () => {
    const apply = (port: number, ...more: string[]) =>
      kubectl("apply", "--server-side", "-f", manifest(gateway(port)), ...more);
    expect(await apply(15012)).toContain("serverside-applied");
    expect(await apply(15013, "--field-manager=mc")).toContain(
      'Apply failed with 1 conflict: conflict with "kubectl": .spec.listeners[name="xds-tls"].port',
    );
    expect(await apply(15013, "--field-manager=mc", "--force-conflicts")).toContain("applied");
    expect(await apply(70_000, "--field-manager=mc")).toMatch(
      /The Gateway "gw" is invalid: spec\.listeners\[0\]\.port:/,
    );
    const gtw = ["-n", "istio-system", "gtw", "gw"];
    expect(await kubectl("label", ...gtw, "a=b")).toContain("labeled");
    expect(await kubectl("annotate", ...gtw, "a=b")).toContain("annotated");
    expect(await kubectl("get", ...gtw, "-o", "jsonpath={.metadata.labels.a}")).toBe("b");
    expect(await kubectl("delete", ...gtw)).toContain("deleted");
    expect(await kubectl("get", ...gtw)).toContain("NotFound");
  });

  it("creates and applies on its own", async () => {
    for (const [make, first, second, again] of [
      // Defaults in a list of a custom resource make kubectl patch it each time.
      [gateway, 15012, 15013, "configured"],
      [service, 80, 81, "unchanged"],
    ] as const) {
      expect(await kubectl("create", "--save-config", "-f", manifest(make(first)))).toContain(
        "created",
      );
      expect(await kubectl("create", "-f", manifest(make(first)))).toContain("AlreadyExists");
      expect(await kubectl("apply", "-f", manifest(make(second)))).toContain("configured");
      expect(await kubectl("apply", "-f", manifest(make(second)))).toContain(again);
      expect(await kubectl("delete", "-f", manifest(make(first)))).toContain("deleted");
    }
    const bogus = gateway(15012).replace("mode:", "bogus:");
    expect(await kubectl("create", "-f", manifest(bogus))).toContain(
      'strict decoding error: unknown field "spec.listeners[0].tls.bogus"',
    );
    expect(await kubectl("create", "namespace", "other")).toContain("created");
    const dryRun = ["apply", "--dry-run=server", "-n", "nope", "-f"];
    expect(
      await kubectl(...dryRun, manifest("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")),
    ).toContain('namespaces "nope" not found');
  });

  it("asks what a user may", async () => {
    const canI = async (...args: string[]) =>
      (await kubectl("auth", "can-i", "--context", "viewer", ...args)).trim();
    expect(await canI("list", "secrets")).toBe("no");
    expect(await canI("list", "pods", "-A")).toBe("yes");
    expect(await canI("--list")).toMatch(/configmaps +\[\]/);
    expect(await kubectl("auth", "whoami", "--context", "viewer")).toMatch(/Username +viewer/);
    expect(await kubectl("--context", "viewer", "get", "secrets", "-A")).toContain(
      'secrets is forbidden: User "viewer" cannot list resource "secrets" in API group "" at the cluster scope',
    );
  });

  it.each(["true", "false"])("forwards ports, over WebSocket: %s", async (webSockets) => {
    const args = ["port-forward", "-n", "istio-system", "pod/istiod-a", ":15014"];
    const env = { ...environment(), KUBECTL_PORT_FORWARD_WEBSOCKETS: webSockets };
    const forward = spawn(KUBECTL, args, { env, stdio: ["ignore", "pipe", "ignore"] });
    const ended = once(forward, "exit");
    const [line] = (await once(createInterface({ input: forward.stdout }), "line")) as [string];
    const port = /127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    for (let count = 0; count < 2; count += 1) {
      const { body } = await request(`http://127.0.0.1:${port}/debug/license`);
      expect(await body.json()).toEqual({ State: "OK" });
    }
    forward.kill();
    await ended;
  });
});
