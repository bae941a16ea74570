import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { askedOf, programName, withProgramName } from "../../src/cli/shared/program-name.ts";
import type { Report } from "../../src/model/report.ts";
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

  it("has remedies, explanations and errors for that name", async () => {
    const program = "kubectl mc";
    const unlinked = resolve(import.meta.dirname, "../../fixtures/unlinked");
    const check = ["check", "--directory", unlinked, "--check=links,peers"];
    const { stdout, stderr } = await runMc(check, { program });
    expect([stderr, stdout]).toEqual(["", expect.stringMatching(/^ +kubectl mc link --/m)]);
    expect(stdout).not.toMatch(/(?<!kubectl )\bmc [a-z]/);
    // What else is told of a remedy, such as that it is only a step, is the same.
    const [ours, plain] = await Promise.all(
      [program, "mc"].map(async (name) => {
        const { mesh } = JSON.parse(
          (await runMc([...check, "-ojson"], { program: name })).stdout,
        ) as Report;
        return mesh.map(({ findings }) => findings);
      }),
    );
    expect(JSON.parse(JSON.stringify(ours).replaceAll("kubectl mc ", "mc "))).toEqual(plain);
    expect((await runMc(["explain", "links"], { program })).stdout).toContain(
      "with kubectl mc link",
    );
    expect((await runMc(["explain", "link"], { program })).stderr).toMatch(
      /^kubectl mc: .*\(kubectl mc explain lists them all\)\n$/,
    );
  });

  it("is named in sentences by every command that there is, and nowhere else", async () => {
    const help = (await runMc(["--help"])).stdout.replace(/^.*^Commands:$/ms, "");
    const commands = [...help.matchAll(/^ {2}([a-z]+) /gm)].map(([, name = ""]) => name);
    expect(commands).toContain("check");
    for (const name of commands.filter((one) => one !== "help")) {
      expect(withProgramName(`with mc ${name}.`, "istio-mc")).toBe(`with istio-mc ${name}.`);
    }
    for (const text of ["./mc check", "istio-mc link", "whoever runs mc to get", "mc checks"]) {
      expect(withProgramName(text, "kubectl mc")).toBe(text);
    }
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
