import { describe, expect, it } from "vitest";
import { runMc } from "../support/cli.ts";
import { clusterDirectories } from "../support/scenario.ts";

function directories(scenario: string): string[] {
  return clusterDirectories(scenario).flatMap((path) => ["--directory", path]);
}

const BROKEN = ["check", ...directories("stale-address")];

describe("colour", () => {
  it.each<[Record<string, string>, boolean, boolean]>([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: "1" }, true, false],
    [{ NO_COLOR: "" }, true, true],
    [{ NO_COLOR: "1", FORCE_COLOR: "1" }, true, false],
    [{ FORCE_COLOR: "1" }, false, true],
    [{ FORCE_COLOR: "true" }, false, true],
    [{ FORCE_COLOR: "3" }, false, true],
    [{ FORCE_COLOR: "0" }, false, false],
    [{ FORCE_COLOR: "0" }, true, false],
    [{ FORCE_COLOR: "false" }, true, false],
    [{ FORCE_COLOR: "" }, false, false],
    [{ FORCE_COLOR: "0", CLICOLOR_FORCE: "1" }, true, false],
    [{ CLICOLOR_FORCE: "1" }, false, true],
    [{ CLICOLOR_FORCE: "0" }, false, false],
    [{ CLICOLOR_FORCE: "0" }, true, true],
    [{ CLICOLOR: "0" }, true, false],
    [{ CLICOLOR: "1" }, true, true],
    [{ CLICOLOR: "1" }, false, false],
    [{ CLICOLOR: "0", CLICOLOR_FORCE: "1" }, false, true],
    [{ TERM: "dumb" }, true, false],
    [{ TERM: "dumb", FORCE_COLOR: "1" }, true, true],
  ])("with %j on a terminal (%s): %s", async (env, isTTY, isColoured) => {
    const { stdout } = await runMc(BROKEN, { env, isTTY, columns: 80 });
    expect(stdout.includes("\u001B[")).toBe(isColoured);
    const { stdout: plain } = await runMc([...BROKEN, "--no-color"], { env, isTTY });
    expect(plain).not.toContain("\u001B[");
  });
});

describe("symbols", () => {
  const isAscii = (text: string): boolean => /^[\n -~]*$/.test(text);

  it.each<[Record<string, string>, boolean, boolean]>([
    [{ LANG: "C" }, true, true],
    [{ LANG: "C" }, false, true],
    [{ LANG: "POSIX" }, true, true],
    [{ LANG: "de_DE.ISO-8859-1" }, true, true],
    [{ LANG: "en_US.UTF-8", LC_ALL: "C" }, true, true],
    [{ LANG: "en_US.UTF-8", LC_CTYPE: "C" }, true, true],
    [{ TERM: "linux" }, true, true],
    [{ TERM: "linux" }, false, false],
    [{}, true, false],
    [{}, false, false],
    [{ LANG: "C.UTF-8" }, true, false],
    [{ LANG: "C", LC_ALL: "en_US.utf8" }, true, false],
  ])("with %j on a terminal (%s): ASCII %s", async (env, isTTY, ascii) => {
    for (const more of [[], ["--verbose"]]) {
      const { stdout } = await runMc([...BROKEN, "--no-color", ...more], { env, isTTY });
      expect(isAscii(stdout)).toBe(ascii);
      expect(stdout.includes("[ok] ")).toBe(ascii);
      expect(stdout.includes("✅")).toBe(!ascii);
    }
  });

  it("in ASCII tell statuses and links apart, and what to do", async () => {
    const { stdout } = await runMc(BROKEN, { env: { LANG: "C" } });
    expect(stdout).toMatch(/^\[fail\] Link Topology: /m);
    expect(stdout).toMatch(/^ {5}-> /m);
    expect(stdout).toMatch(/^ {2}from \\ to +cluster1 +cluster2$/m);
    expect(stdout).toMatch(/^ {2}cluster\d +(\. +broken|ok +\.)$/m);
  });

  it("on stderr too", async () => {
    const line = ["link", "--contexts", "a…b,→", "--kubeconfig", "/nowhere…"];
    const { stderr } = await runMc(line, { env: { LANG: "C" } });
    expect(stderr).toContain("/nowhere...");
  });
});
