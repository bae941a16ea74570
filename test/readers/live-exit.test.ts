import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { dump } from "js-yaml";
import { describe, expect, it } from "vitest";
import { COMPILE_CACHE } from "../support/process.ts";
import { apiServer, PLENTY, pod, temporaryDirectory } from "./live-support.ts";

const SOURCES = pathToFileURL(join(import.meta.dirname, "../../src/")).href;

/** Reads a cluster in a process of its own, which must end by itself. */
const SCRIPT = `
const { loadKubeconfig } = await import("${SOURCES}readers/kubeconfig/index.ts");
const { openCluster } = await import("${SOURCES}readers/live.ts");
const { RESOURCES } = await import("${SOURCES}model/resource.ts");
const config = loadKubeconfig({ kubeconfig: process.env.CONFIG, env: process.env });
const reader = openCluster(config, undefined, { timeoutMs: Number(process.env.TIMEOUT) });
const answers = await Promise.all([
  reader.connect(),
  reader.list(RESOURCES.pods),
  reader.debug({ namespace: "istio-system", pod: "istiod", port: 15014 }, "/debug/license"),
]);
console.log(answers.map((answer) => answer.ok ? "ok" : answer.why).join(" "));
await reader.close();
`;

function run(config: unknown, timeoutMs: number): Promise<string> {
  const file = join(temporaryDirectory(), "config");
  writeFileSync(file, dump(config));
  const env = { ...process.env, ...COMPILE_CACHE, CONFIG: file, TIMEOUT: String(timeoutMs) };
  const child = spawn(process.execPath, ["--input-type=module", "--eval", SCRIPT], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  return new Promise((resolve) => {
    child.once("close", (code) => resolve(`${output.trim()} (${code})`));
  });
}

describe("the process ends", () => {
  const istiod = {
    objects: [pod("istiod", "istio-system")],
    debug: { "istio-system/istiod/15014/license": { State: "OK" } },
  };

  it.each([true, false])("with connections open (HTTP/2: %s)", async (http2) => {
    const server = await apiServer({ ...istiod, http2 });
    const config = server.kubeconfig({ dir: temporaryDirectory() });
    expect(await run(config, PLENTY)).toBe("ok ok ok (0)");
  });

  it("while the server still holds the requests", async () => {
    const server = await apiServer({ ...istiod, faults: [{ kind: "hang" }] });
    const config = server.kubeconfig({ dir: temporaryDirectory() });
    expect(await run(config, 500)).toBe("timeout timeout timeout (0)");
  });

  it("while an exec plugin hangs, whatever it has started", async () => {
    const server = await apiServer(istiod);
    const config = server.kubeconfig({ dir: temporaryDirectory() });
    const script = `
require("node:child_process").spawn(process.execPath, ["-e", "setTimeout(() => {}, 5000)"], { stdio: "inherit" });
setInterval(() => {}, 1000);`;
    const plugin = join(temporaryDirectory(), "plugin.cjs");
    writeFileSync(plugin, script);
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: process.execPath,
      args: [plugin],
      interactiveMode: "Never",
    };
    const [user] = config.users;
    if (user) user.user = { exec };
    expect(await run(config, 1000)).toBe("timeout timeout timeout (0)");
  });
});
