import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { CHECKS } from "../../src/checks/index.ts";
import { REPORTERS } from "../../src/reporters/index.ts";
import { VERSION } from "../../src/version.ts";
import { runMc } from "../support/cli.ts";

const PACKAGE = JSON.parse(
  readFileSync(resolve(import.meta.dirname, "../../package.json"), "utf8"),
) as { version: string };

describe("mc", () => {
  it("has the version of its package", async () => {
    expect(VERSION).toBe(PACKAGE.version);
    for (const way of ["version", "--version"]) {
      expect(await runMc([way])).toEqual({ code: 0, stdout: `mc ${VERSION}\n`, stderr: "" });
    }
  });

  it("teaches itself", async () => {
    const help = await runMc(["--help"]);
    expect(help.code).toBe(0);
    for (const text of [
      "precheck",
      "expose",
      "link",
      "unlink",
      "snapshot",
      "explain",
      "Exit codes",
    ]) {
      expect(help.stdout).toContain(text);
    }
    for (const command of ["check", "expose", "link", "unlink", "snapshot", "rbac"]) {
      const { stdout } = await runMc([command, "--help"]);
      expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
    }
    const check = await runMc(["check", "--help"]);
    for (const format of Object.keys(REPORTERS)) expect(check.stdout).toContain(format);
    expect(check.stdout).toContain("--kubeconfig");
    expect(check.stdout).not.toContain("istioNamespace");
  });

  it.each([[[]], [["-q"]], [["--context", "a"]]])(
    "without a command (%j) prints its help on stderr, as a usage error",
    async (args) => {
      const { stdout: help } = await runMc(["--help"]);
      expect(await runMc(args)).toEqual({ code: 2, stdout: "", stderr: help });
      expect(help).toContain("link [options]  ");
      expect(help).not.toContain("arguments");
    },
  );

  it("goes by the name that it was called with", async () => {
    const { stderr } = await runMc(["check", "--zzzzzz"], { program: "kubectl mc" });
    expect(stderr).toBe("kubectl mc: unknown option '--zzzzzz'\n");
  });
});

describe("mc explain", () => {
  it("lists the checks", async () => {
    const { code, stdout } = await runMc(["explain"]);
    expect(code).toBe(0);
    for (const { id, title } of CHECKS)
      expect(stdout).toMatch(new RegExp(`^  ${id} +.*${title.slice(0, 5)}`, "m"));
  });

  it("explains one", async () => {
    const { code, stdout } = await runMc(["explain", "certs"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^certs: Intermediate Certs Compatibility Check\n/);
    const { stdout: stale } = await runMc(["explain", "stale-workloads"]);
    expect(stale).toContain("With --precheck:");
  });

  it("knows which there are", async () => {
    const { code, stderr } = await runMc(["explain", "nope"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^mc: no check is called "nope"; there are connection, [^\n]+\n$/);
  });
});
