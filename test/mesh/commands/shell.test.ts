import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  commandLine,
  contextWord,
  kubectl,
  mc,
  quote,
  UNKNOWN_CONTEXT,
} from "../../../src/mesh/commands/shell.ts";

const said = (command: string): string =>
  execFileSync("bash", ["-c", `printf '%s' ${command}`], { encoding: "utf8" });

describe("quote", () => {
  it.each([
    ["istio-system", "istio-system"],
    ["arn:aws:eks:us-east-1:1:cluster/a", "arn:aws:eks:us-east-1:1:cluster/a"],
    ["two words", "'two words'"],
    ["it's", `'it'\\''s'`],
    ["$(reboot)", "'$(reboot)'"],
    ["", "''"],
    ["~root", "'~root'"],
    ["=ls", "'=ls'"],
    ["a\nb", "'ab'"],
  ])("%j is %s", (word, quoted) => {
    expect(quote(word)).toBe(quoted);
  });

  it("reaches a command as it was, but for controls", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii", maxLength: 40 }), (word) => {
        expect(said(quote(word))).toBe(word);
      }),
      { numRuns: 30, seed: 7 },
    );
  });
});

describe("commands", () => {
  it("quotes each word that needs it", () => {
    expect(commandLine("kubectl", "get", "a b")).toBe("kubectl get 'a b'");
  });

  it("names the context", () => {
    expect(kubectl({ contextArgument: "prod/a b" }, "get", "pods")).toBe(
      "kubectl --context 'prod/a b' get pods",
    );
  });

  it("names the kubeconfig where the run was given one", () => {
    const cluster = { contextArgument: "a", kubeconfig: "/my files/config" };
    expect(kubectl(cluster, "get", "pods")).toBe(
      "kubectl --kubeconfig '/my files/config' --context a get pods",
    );
    expect(mc(cluster, "link --contexts a,b")).toBe(
      "mc link --contexts a,b --kubeconfig '/my files/config'",
    );
    expect(mc({ contextArgument: "a" }, "link --contexts a,b")).toBe("mc link --contexts a,b");
  });

  it("quotes the placeholder of an unknown context, which a shell would redirect from", () => {
    expect(UNKNOWN_CONTEXT).toBe("'<context>'");
    expect(contextWord({ contextArgument: "<context>" })).toBe(UNKNOWN_CONTEXT);
    expect(kubectl({ contextArgument: "<context>" }, "get", "pods")).toBe(
      "kubectl --context '<context>' get pods",
    );
  });
});
