import { spawn, type ChildProcess } from "node:child_process";
import { string, property } from "../../../lib/json.ts";
import type { Environment, ExecEntry } from "../../kubeconfig/index.ts";
import { Fault, safeText } from "../connection/index.ts";

interface PluginOptions {
  /** How messages call it. */
  plugin: string;
  /** It may ask on the terminal: then its stderr goes there, too. */
  interactive: boolean;
  env: Environment;
}

/** More than this is no credential. */
const MOST_OUTPUT = 1024 * 1024;
/** What is kept of stderr: its end says what went wrong. */
const KEPT_ERRORS = 4096;

/**
 * Starts an exec plugin. The output rejects with a Fault in words when it cannot be started or
 * fails; `cancel` kills it and closes its pipes, so that it keeps nothing alive.
 */
export function runPlugin(
  exec: ExecEntry,
  { plugin, interactive, env }: PluginOptions,
): { output: Promise<string>; cancel: () => void } {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let child: ChildProcess;
  try {
    child = spawn(exec.command, exec.args, {
      env: { ...env, ...Object.fromEntries(exec.env.map(({ name, value }) => [name, value])) },
      stdio: interactive ? ["inherit", "pipe", "inherit"] : ["ignore", "pipe", "pipe"],
    });
  } catch (cause) {
    // Words that no process can take, such as those with a zero byte.
    return { output: Promise.reject(notStarted(cause, exec, plugin)), cancel: () => undefined };
  }
  const cancel = (): void => {
    child.kill("SIGKILL");
    child.stdout?.destroy();
    child.stderr?.destroy();
    child.unref();
  };
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    if (stdout.length > MOST_OUTPUT) {
      cancel();
      reject(new Fault("unauthorized", `${plugin} printed something that is no ExecCredential`));
    }
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-KEPT_ERRORS);
  });
  child.once("error", (cause) => reject(notStarted(cause, exec, plugin)));
  child.once("close", (code, signal) => {
    if (code === 0) {
      resolve(stdout);
      return;
    }
    const how = signal === null ? `exit code ${code}` : signal;
    reject(new Fault("unauthorized", `${plugin} failed (${how})${lastWords(stderr)}`));
  });
  return { output: promise, cancel };
}

function notStarted(cause: unknown, exec: ExecEntry, plugin: string): Fault {
  const code = string(property(cause, "code")) ?? "";
  const reason = { ENOENT: "is not installed", EACCES: "may not be executed" }[code];
  const hint = exec.installHint === undefined ? "" : `: ${safeText(exec.installHint)}`;
  return new Fault(
    "unauthorized",
    `${plugin} ${reason ?? `cannot be started (${code})`}${hint}`,
    code === "ENOENT" ? `Install the ${plugin}, or put it on the PATH.` : undefined,
  );
}

/** The last line that it wrote to stderr. */
function lastWords(stderr: string): string {
  const line = stderr.trim().split("\n").at(-1) ?? "";
  return line === "" ? "" : `: ${safeText(line)}`;
}
