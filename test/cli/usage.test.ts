import { describe, expect, it } from "vitest";
import { CHECKS } from "../../src/checks/index.ts";
import { REPORTERS } from "../../src/reporters/index.ts";
import { runMc, startClusters } from "../support/cli.ts";
import { clusterDirectories } from "../support/scenario.ts";

const IDS = CHECKS.map(({ id }) => id).join(", ");
const FORMATS = Object.keys(REPORTERS).join(", ");
const COMMANDS = "check, expose, link, unlink, ";

describe("what was probably meant", () => {
  it.each<[string, string]>([
    ["help foo", `unknown command 'foo'; there are ${COMMANDS}`],
    ["help chek", "unknown command 'chek' (Did you mean check?)"],
    ["--help foo", `unknown command 'foo'; there are ${COMMANDS}`],
    ["foo --help", `unknown command 'foo'; there are ${COMMANDS}`],
    ["unlnik --contexts a,b", "unknown command 'unlnik' (Did you mean unlink?)"],
    ["check -precheck", "unknown option '-precheck' (Did you mean --precheck?)"],
    ["check -contexts=a,b", "unknown option '-contexts' (Did you mean --contexts?)"],
    ["check -context a", "unknown option '-context' (Did you mean --context?)"],
    ["check -verbose", "unknown option '-verbose' (Did you mean --verbose?)"],
    ["link -namespace x", "unknown option '-namespace' (Did you mean --namespace?)"],
    ["check --outputfile x", "unknown option '--outputfile' (Did you mean --output-file?)"],
    ["link --dryrun", "unknown option '--dryrun' (Did you mean --dry-run?)"],
    ["check precheck", "check takes no arguments: did you mean --precheck?"],
    ["check contexts=a,b", "check takes no arguments: did you mean --contexts=a,b?"],
    ["check a b", "check takes no arguments: did you mean --contexts a,b?"],
    ["check certs links", "check takes no arguments: did you mean --check certs,links?"],
    ["check fixtures", "check takes no arguments: did you mean --directory fixtures?"],
    ["snapshot a", "snapshot takes no arguments: did you mean --contexts a?"],
    ["rbac a", "rbac takes no arguments: a"],
    ["explain certs links", "explain takes one argument (check), 2 are given: certs, links"],
    ["check --check cert", 'no check is called "cert": did you mean certs?'],
    ["check --check Certs", 'no check is called "Certs": did you mean certs?'],
    [
      "check --skip peer-addresse",
      'no check is called "peer-addresse": did you mean peer-addresses?',
    ],
    ["check --check ztunnel", 'no check is called "ztunnel": did you mean pods-ztunnel'],
    ["explain pods", 'no check is called "pods": did you mean pods-istiod, pods-ztunnel, '],
    ["check --check zz", `no check is called "zz"; there are ${IDS}`],
    ["check -o jsn", `no output format is called "jsn" (did you mean json?); there are ${FORMATS}`],
    ["check -o xml", `no output format is called "xml"; there are ${FORMATS}`],
  ])("%s", async (line, said) => {
    const { code, stdout, stderr } = await runMc(line.split(" "));
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^mc: [^\n]+\n$/);
    expect(stderr).toContain(said);
  });

  it.each([
    "check -n ../x",
    "check -i B@d",
    "check --istioNamespace B@d",
    "snapshot -n B@d",
    "certs status -i B@d",
    "unlink --from a --to b -n B@d",
  ])("refuses what no namespace can be called: %s", async (line) => {
    const { code, stdout, stderr } = await runMc(line.split(" "));
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(
      /^mc: option '[^\n]+' is invalid\. No namespace can be called that\.\n$/,
    );
  });

  it("leaves short flags with their values as they are", async () => {
    const { stderr } = await runMc(["check", "-cnowhere", "-nfrom", "-ojson"]);
    expect(stderr).toContain("kubeconfig nowhere cannot be read");
  });
});

describe("a flag without its value", () => {
  it.each<[string, string]>([
    ["check -o", `--output needs a value: ${FORMATS}`],
    ["check -o --verbose", `--output needs a value: ${FORMATS}`],
    ["check --check", `--check needs a value: ${IDS}`],
    ["check --skip", `--skip needs a value: ${IDS}`],
    ["check --fail-on", "--fail-on needs a value: fail, warn, new, never"],
    ["check --timeout", "--timeout needs a duration such as 30s or 5m: "],
    ["check --concurrency", "--concurrency needs a whole number, 1 or more: "],
    ["check --directory", "--directory needs the path of a directory: "],
    ["check --output-file", "--output-file needs the path of a file: "],
    ["check -n", "--namespace needs a value: namespace of the Gateways"],
    ["link --format", "--format needs a value: gateway, helm-values"],
    ["expose --data-plane-service-type", "needs a value: loadbalancer, nodeport"],
    ["completion", "completion needs a shell: bash, zsh, fish, powershell"],
    ["check --contexts", "--contexts needs names of kubeconfig contexts"],
  ])("%s", async (line, said) => {
    const { code, stdout, stderr } = await runMc(line.split(" "));
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^mc: [^\n]+\n$/);
    expect(stderr).toContain(said);
  });

  it("names the contexts that there are", async () => {
    const clusters = await startClusters("healthy");
    try {
      for (const line of ["check --contexts", "link --from --to cluster1", "expose --context"]) {
        const { stderr } = await clusters.mc(line.split(" "));
        expect(stderr).toMatch(
          /^mc: --\w+ needs names of kubeconfig contexts: cluster1, cluster2\n$/,
        );
      }
    } finally {
      await clusters.close();
    }
  });
});

describe("help", () => {
  it("is that of the command, wherever it is asked for", async () => {
    const { stdout } = await runMc(["check", "--help"]);
    expect(stdout).toMatch(/^Usage: mc check /);
    for (const line of ["--help check", "help check", "-h check", "check --contexts a -h -v"]) {
      expect(await runMc(line.split(" "))).toEqual({ code: 0, stdout, stderr: "" });
    }
  });
});

describe("patterns of check ids", () => {
  const directories = clusterDirectories("healthy").flatMap((path) => ["--directory", path]);

  async function idsOf(...args: string[]): Promise<Set<string>> {
    const { code, stdout } = await runMc(["check", ...directories, "-o", "json", ...args]);
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as {
      clusters: { checks: { id: string }[] }[];
      mesh: { id: string }[];
    };
    const all = [...report.clusters.flatMap(({ checks }) => checks), ...report.mesh];
    return new Set(all.map(({ id }) => id));
  }

  it("stand for all checks that they match", async () => {
    const pods = ["pods-istiod", "pods-ztunnel", "pods-eastwest", "pods-cni"];
    expect(await idsOf("--check", "pods-*,links")).toEqual(
      new Set(["connection", ...pods, "links"]),
    );
    const others = await idsOf("--skip", "*-*");
    expect([...others].filter((id) => id.includes("-"))).toEqual([]);
    expect(others).toContain("gateways");
  });
});
