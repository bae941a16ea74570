import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/*
 * Places that may not be written, and disks that are full. Root may write anywhere: as root the
 * processes run as somebody else, where the machine can do so.
 */

const ROOT = resolve(import.meta.dirname, "../..");
const MC = [process.execPath, join(ROOT, "bin/mc.js")];
const isRoot = process.getuid?.() === 0;
const hasSetpriv = spawnSync("setpriv", ["--version"]).status === 0;
const SOMEBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
const canMount =
  spawnSync("unshare", [
    "--user",
    "--map-root-user",
    "--mount",
    "mount",
    "-t",
    "tmpfs",
    "x",
    "/mnt",
  ]).status === 0;
const RECORDING = ["--directory", join(ROOT, "fixtures/healthy/cluster1")];

let directory = "";
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "mc-places-"));
  chmodSync(directory, 0o755);
  mkdirSync(join(directory, "closed"), { mode: 0o555 });
  writeFileSync(join(directory, "report"), "old");
});
afterAll(() => rmSync(directory, { recursive: true }));

function mc(...args: string[]): { code: number | null; stdout: string; stderr: string } {
  const [command = "", ...words] = [...(isRoot ? SOMEBODY : []), ...MC, ...args];
  const env = { ...process.env, NODE_DISABLE_COMPILE_CACHE: "1" };
  const { status, stdout, stderr } = spawnSync(command, words, { encoding: "utf8", env });
  return { code: status, stdout, stderr };
}

describe.runIf(existsSync("/proc/self") && (!isRoot || hasSetpriv))(
  "what may not be written",
  () => {
    it.each<[string, (closed: string) => string[]]>([
      ["a report", (closed) => ["check", ...RECORDING, "--output-file", `${closed}/report`]],
      [
        "Gateways",
        (closed) => ["link", "--generate", "--context=a", "--output-dir", `${closed}/a/b`],
      ],
      ["a recording", (closed) => ["snapshot", "--context=a", "--output-dir", `${closed}/a`]],
      [
        "an archive",
        (closed) => ["snapshot", "--context=a", "--output-file", `${closed}/a.tar.gz`],
      ],
    ])("%s is refused before anything is read", (_what, args) => {
      const closed = join(directory, "closed");
      const words = args(closed);
      const path = words.at(-1) ?? "";
      expect(mc(...words)).toEqual({
        code: 2,
        stdout: "",
        stderr: `mc: ${words.at(-2)} ${path}: no file can be made in ${closed}: permission denied\n`,
      });
      expect(readdirSync(closed)).toEqual([]);
    });
  },
);

describe.runIf(canMount)("a full disk", () => {
  it("is said before anything is read", () => {
    const disk = join(directory, "disk");
    mkdirSync(disk);
    const script = `mount -t tmpfs -o size=4k x ${disk}; head -c 4096 /dev/zero > ${disk}/all; "$@"; code=$?; ls -A ${disk}; exit $code`;
    const words = ["check", "--context=none", "--output-file", `${disk}/report`];
    const { status, stdout, stderr } = spawnSync(
      "unshare",
      ["--user", "--map-root-user", "--mount", "bash", "-c", script, "bash", ...MC, ...words],
      { encoding: "utf8", env: { ...process.env, NODE_DISABLE_COMPILE_CACHE: "1" } },
    );
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: "all\n",
      stderr: `mc: ${disk}/report was not written: no space left on the device\n`,
    });
  });
});
