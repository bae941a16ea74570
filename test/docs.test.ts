import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { VERSION } from "../src/version.ts";

/*
 * What documents say of the repository is so: files that they link to, scripts that they name.
 */

const ROOT = resolve(import.meta.dirname, "..");
const readText = (file: string): string => readFileSync(join(ROOT, file), "utf8");

const manifest = JSON.parse(readText("package.json")) as {
  version: string;
  scripts: Record<string, string>;
};

const DOCUMENTS: readonly string[] = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "SECURITY.md",
  ".github/PULL_REQUEST_TEMPLATE.md",
  ...readdirSync(join(ROOT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

describe.each(DOCUMENTS)("%s", (document) => {
  const text = readText(document);

  it("links to what is there", () => {
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = ""]) => target.replace(/#.*$/, ""))
      .filter((target) => target !== "" && !/^[a-z]+:/.test(target));
    const lost = links.filter((target) => !existsSync(join(ROOT, dirname(document), target)));
    expect(lost).toEqual([]);
  });

  it("names scripts that there are", () => {
    const named = [...text.matchAll(/\bnpm run (?:--silent )?([\w:-]*\w)/g)].map(
      ([, name]) => name,
    );
    expect(named.filter((name) => manifest.scripts[name ?? ""] === undefined)).toEqual([]);
  });

  it("names files of the repository that there are", () => {
    const named = [...text.matchAll(/`((?:src|test|lint|fixtures|schema)\/[\w./-]+)`/g)].map(
      ([, path = ""]) => path,
    );
    // An example of what somebody will make.
    const made = /^src\/(checks|facts)\/(dns-names|service-entries)/;
    const lost = named.filter((path) => !made.test(path) && !existsSync(join(ROOT, path)));
    expect(lost).toEqual([]);
  });
});

describe("the README", () => {
  it("shows lines of a report that is printed", () => {
    const [, fixture = "", picture = ""] =
      /```console\n\$ npx mc check --directory fixtures\/(\S+)\n(.*?)```/s.exec(
        readText("README.md"),
      ) ?? [];
    const shown = picture.split("\n").filter((line) => line !== "" && line !== "…");
    expect(shown.length).toBeGreaterThan(10);
    // What is left out of a line stands as an ellipsis.
    const printed = readText(`test/golden/${fixture}.txt`).split("\n");
    const isPrinted = (line: string): boolean => {
      const [start = "", end = ""] = line.split("…");
      return printed.some((one) =>
        line.includes("…") ? one.startsWith(start.trimEnd()) && one.endsWith(end) : one === line,
      );
    };
    expect(shown.filter((line) => !isPrinted(line))).toEqual([]);
  });
});

describe("the contributors' guide", () => {
  const text = readText("CONTRIBUTING.md");

  it("has every room of the house", () => {
    const rooms = readdirSync(join(ROOT, "src")).filter((name) =>
      statSync(join(ROOT, "src", name)).isDirectory(),
    );
    expect(rooms.filter((room) => !text.includes(`| \`${room}/\` |`))).toEqual([]);
  });
});

describe("the changelog", () => {
  it("begins with what is not released, and has this version once it is", () => {
    const versions = [...readText("CHANGELOG.md").matchAll(/^## \[([^\]]+)\]/gm)].map(
      ([, version]) => version,
    );
    expect(versions[0]).toBe("Unreleased");
    expect(versions).toContain(VERSION);
    expect(manifest.version).toBe(VERSION);
  });
});

describe("the workflow", () => {
  const workflow = load(readText(".github/workflows/ci.yml")) as {
    permissions: Record<string, string>;
    jobs: Record<string, { steps: { uses?: string; run?: string }[] }>;
  };
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

  it("runs what must hold, and may only read", () => {
    expect(steps.map(({ run }) => run).filter(Boolean)).toEqual([".ci/run"]);
    expect(workflow.permissions).toEqual({ contents: "read" });
    expect(statSync(join(ROOT, ".ci/run")).mode & 0o111).not.toBe(0);
  });

  it("pins actions by their major version", () => {
    const actions = steps.flatMap(({ uses }) => uses ?? []);
    expect(actions.length).toBeGreaterThan(0);
    expect(actions.filter((action) => !/^actions\/[\w-]+@v\d+$/.test(action))).toEqual([]);
  });
});

describe("the issue templates", () => {
  const directory = ".github/ISSUE_TEMPLATE";

  it.each(readdirSync(join(ROOT, directory)))("%s is a form", (name) => {
    const form = load(readText(join(directory, name))) as {
      name?: string;
      description?: string;
      body?: { type: string; id?: string }[];
    };
    expect(form.name).toBeTruthy();
    expect(form.description).toBeTruthy();
    expect(form.body?.some(({ type }) => type === "textarea")).toBe(true);
  });
});
