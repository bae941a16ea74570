import { execFile } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");
const readText = (file: string): string => readFileSync(join(ROOT, file), "utf8");

interface Locked {
  version?: string;
  integrity?: string;
  resolved?: string;
  link?: boolean;
  dev?: boolean;
  hasInstallScript?: boolean;
}

const manifest = JSON.parse(readText("package.json")) as {
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};
const lock = JSON.parse(readText("package-lock.json")) as { packages: Record<string, Locked> };
const packages = Object.entries(lock.packages).filter(([path]) => path !== "");
const production = packages.filter(([, { dev }]) => dev !== true);
const DEPENDENCIES = Object.keys(manifest.dependencies);

async function npm(...args: string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)("npm", [...args, "--loglevel=error"], {
    cwd: ROOT,
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(stdout.slice(stdout.search(/[[{]/)));
}

describe("the package", () => {
  it("has nothing in it but the program, its schema and what explains it", async () => {
    const packed = await npm("pack", "--dry-run", "--json", "--ignore-scripts");
    const [archive] = Object.values(packed as object) as { files: { path: string }[] }[];
    const paths = archive?.files.map(({ path }) => path) ?? [];
    expect(
      paths.filter(
        (path) =>
          !/^(bin|schema)\/[\w./-]+$|^docs\/checks\/[a-z-]+\.md$|^dist\/[\w./-]+\.(js|d\.ts)$|^(README\.md|LICENSE|package\.json)$/.test(
            path,
          ),
      ),
    ).toEqual([]);
    expect(paths).toEqual(
      expect.arrayContaining(["LICENSE", "README.md", "bin/mc.js", "package.json"]),
    );
  });

  it("has no script that npm runs, or asks about, when it is installed", () => {
    // Building is for clones: it follows the installation of their dependencies, or packing.
    const events = ["preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare"];
    const { scripts } = manifest;
    expect(Object.keys(scripts).filter((name) => events.includes(name))).toEqual([]);
    expect([scripts["dependencies"], scripts["prepack"]]).toEqual([
      "npm run build",
      "npm run build",
    ]);
  });

  it("is named with all that is in it by npm run sbom", async () => {
    const sbom = (await npm("run", "--silent", "sbom")) as {
      bomFormat: string;
      components: { name: string; version: string; hashes?: unknown[] }[];
    };
    expect(sbom.bomFormat).toBe("CycloneDX");
    const found = new Map(sbom.components.map(({ name, version }) => [name, version]));
    for (const name of DEPENDENCIES) expect(found.get(name)).toBe(manifest.dependencies[name]);
    const needed = new Set(production.map(([path]) => path.replace(/^.*node_modules\//, "")));
    const extra = sbom.components.filter(({ name }) => !needed.has(name));
    expect(extra.map(({ name }) => name)).toEqual([]);
    expect(sbom.components.filter(({ hashes = [] }) => hashes.length === 0)).toEqual([]);
  });
});

describe("dependencies", () => {
  it.each([...Object.entries(manifest.dependencies), ...Object.entries(manifest.devDependencies)])(
    "%s is pinned: %s",
    (name, version) => {
      expect(version).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
      expect(lock.packages[`node_modules/${name}`]?.version).toBe(version);
    },
  );

  it("are locked by what they contain", () => {
    expect(packages.length).toBeGreaterThan(100);
    const loose = packages.filter(([, { integrity = "" }]) => !integrity.startsWith("sha512-"));
    expect(loose).toEqual([]);
    // A registry in the lockfile would be asked by everybody, whatever theirs is.
    const elsewhere = packages.filter(
      ([, { resolved, link }]) =>
        link === true ||
        (resolved !== undefined && !resolved.startsWith("https://registry.npmjs.org/")),
    );
    expect(elsewhere).toEqual([]);
  });

  it("of production are few, and none runs anything when it is installed", () => {
    expect(DEPENDENCIES.length).toBeLessThanOrEqual(15);
    // Most of them come with client-node and x509, for parts that are not in the bundle.
    expect(production.length).toBeLessThanOrEqual(125);
    expect(production.filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([]);
  });

  it.each([
    "@kubernetes/client-node",
    "@peculiar/x509",
    "chalk",
    "cli-table3",
    "commander",
    "js-yaml",
    "pkijs",
  ])("that the tool was ordered with is at work in what is shipped: %s", (name) => {
    expect(DEPENDENCIES).toContain(name);
    const importing = new RegExp(`^(?:import|\\} from) [^;]*"${name}(?:/[^"]+)?";$`, "m");
    const sources = globSync("src/**/*.ts", { cwd: ROOT });
    expect(sources.filter((file) => importing.test(readText(file)))).not.toEqual([]);
  });

  it.each(DEPENDENCIES)("of production have a row in the README: %s", (name) => {
    expect(readText("README.md")).toMatch(new RegExp(`^\\| \`?${name}\`? \\| \\S.*\\|$`, "m"));
  });
});
