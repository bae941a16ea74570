import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { askedOf, programName } from "../../src/cli/shared/program-name.ts";
import { runMc } from "../support/cli.ts";

const { bin } = JSON.parse(
  readFileSync(resolve(import.meta.dirname, "../../package.json"), "utf8"),
) as { bin: Record<string, string> };

describe("the program", () => {
  it.each([
    ["mc", "mc"],
    ["mc.js", "mc"],
    ["main.ts", "mc"],
    ["", "mc"],
    ["istio-mc", "istio-mc"],
    ["kubectl-mc", "kubectl mc"],
    ["kubectl-mc.cmd", "kubectl mc"],
    ["kubectl-istio_mc", "kubectl istio-mc"],
  ])("run as %j is called %s", (file, name) => {
    expect(programName(file)).toBe(name);
  });

  it("is installed under all its names, which are one program", () => {
    expect(Object.keys(bin).toSorted()).toEqual([
      "istio-mc",
      "kubectl-istio_mc",
      "kubectl-mc",
      "kubectl_complete-istio_mc",
      "kubectl_complete-mc",
      "mc",
    ]);
    expect(new Set(Object.values(bin))).toEqual(new Set(["bin/mc.js"]));
  });

  it("has help for the name that it was called by", async () => {
    const { stdout } = await runMc(["check", "--help"], { program: "istio-mc" });
    expect(stdout).toMatch(/^Usage: istio-mc check /);
  });

  it("answers kubectl what can follow", () => {
    expect(askedOf("kubectl_complete-mc", ["check", "--pre"])).toEqual([
      "__complete",
      "--",
      "check",
      "--pre",
    ]);
    expect(askedOf("mc", ["check"])).toEqual(["check"]);
  });
});
