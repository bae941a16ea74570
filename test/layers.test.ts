import { execFile } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/*
 * The layers of the house are kept by the linter. Here violations are planted in a copy of it: each
 * must be found, and nothing else.
 */

const ROOT = resolve(import.meta.dirname, "..");

interface Planted {
  what: string;
  /** Below src; each in a file of its own. */
  file: string;
  text: string;
  /** What the linter says of it. */
  said: RegExp;
}

const PLANTED: readonly Planted[] = [
  {
    what: "a check that knows the registry",
    file: "checks/platform/planted-registry.ts",
    text: 'import { CHECKS } from "../index.ts";\nexport const count = CHECKS.length;\n',
    said: /^a check does not know the registry$/,
  },
  {
    what: "a check that knows another",
    file: "checks/platform/planted-check.ts",
    text: 'import { links } from "../links/check.ts";\nexport const { id } = links;\n',
    said: /^the check platform does not know links/,
  },
  {
    what: "a check that knows the types of another",
    file: "checks/platform/planted-type.ts",
    text: 'export type Id = import("../links/check.ts").links;\n',
    said: /^the check platform does not know links/,
  },
  {
    what: "what checks share knowing one of them",
    file: "checks/_shared/planted-check.ts",
    text: 'export { links } from "../links/check.ts";\n',
    said: /^the check _shared does not know links/,
  },
  {
    what: "a check that knows facts",
    file: "checks/platform/planted-facts.ts",
    text: 'export type * from "../../facts/pods.ts";\n',
    said: /^checks may not import facts/,
  },
  {
    what: "a check that reads files",
    file: "checks/platform/planted-files.ts",
    text: 'import { readFileSync } from "node:fs";\nexport const text = readFileSync("a", "utf8");\n',
    said: /^checks may not import the package node:fs/,
  },
  {
    what: "a check that waits, in a file that it is made of",
    file: "checks/platform/planted-await.ts",
    text: "export const wait = async (one: Promise<string>) => [await one];\n",
    said: /^a check is pure: it (does not wait|is not async)$/,
  },
  {
    what: "what checks share reading a clock",
    file: "checks/_shared/planted-clock.ts",
    text: "export const now = () => [Date.now(), new Date(), Date()];\n",
    said: /^a check is pure: it does not ask (Date\.now|the clock)$/,
  },
  {
    what: "a check that knows its surroundings",
    file: "checks/platform/planted-surroundings.ts",
    text: "export const answer = () => fetch(String(performance.now() + Math.random()));\n",
    said: /^a check is pure: it does not (know (fetch|performance)|ask Math\.random)$/,
  },
  {
    what: "a check that loads something later",
    file: "checks/platform/planted-later.ts",
    text: 'export const later = () => import("../../mesh/names.ts");\n',
    said: /^a check is pure: it loads nothing$/,
  },
  {
    what: "facts with a client",
    file: "facts/planted.ts",
    text: 'import { WebSocket } from "ws";\nexport const socket = WebSocket;\n',
    said: /^facts may not import the package ws/,
  },
  {
    what: "lib with colour",
    file: "lib/planted.ts",
    text: 'import chalk from "chalk";\nexport const red = chalk.red("red");\n',
    said: /^lib may not import the package chalk/,
  },
  {
    what: "the engine with readers",
    file: "engine/planted.ts",
    text: 'export { openCluster } from "../readers/live.ts";\n',
    said: /^engine may not import readers/,
  },
  {
    what: "readers with main",
    file: "readers/planted.ts",
    text: 'import "../main.ts";\n',
    said: /^readers may not import main/,
  },
  {
    what: "the model with lib",
    file: "model/planted.ts",
    text: 'export { at } from "../lib/json.ts";\n',
    said: /^model may not import lib/,
  },
  {
    what: "the mesh with facts",
    file: "mesh/planted.ts",
    text: 'export type * from "../facts/pods.ts";\n',
    said: /^mesh may not import facts/,
  },
  {
    what: "reporters with checks",
    file: "reporters/planted.ts",
    text: 'export { CHECKS } from "../checks/index.ts";\n',
    said: /^reporters may not import checks/,
  },
  {
    what: "gateway with a reader",
    file: "gateway/planted.ts",
    text: 'export const open = () => import("../readers/live.ts");\n',
    said: /^gateway may not import readers/,
  },
  {
    what: "the command line with tests",
    file: "cli/planted.ts",
    text: 'export { NOW } from "../../test/support/facts.ts";\n',
    said: /^cli may import nothing outside src$/,
  },
  {
    what: "a package of which nobody has thought",
    file: "gateway/planted-package.ts",
    text: 'export { load } from "left-pad";\n',
    said: /^gateway may not import the package left-pad/,
  },
  {
    what: "a module that is not written out",
    file: "cli/planted-name.ts",
    text: "export const load = (name: string) => import(`./${name}.ts`);\n",
    said: /^what is imported must be written out$/,
  },
  {
    what: "process elsewhere than in main",
    file: "cli/planted-process.ts",
    text: "export const code = () => process.exitCode;\n",
    said: /Unexpected use of 'process'/,
  },
  {
    what: "process by another way",
    file: "engine/planted-process.ts",
    text: "export const code = () => globalThis.process.exitCode;\n",
    said: /Only main touches process/,
  },
  {
    what: "a file written where none is",
    file: "readers/planted-write.ts",
    text: 'import { writeFile } from "node:fs/promises";\nexport const write = writeFile;\n',
    said: /^only main and the output files write: writeFile/,
  },
  {
    what: "all of node:fs where none is written",
    file: "readers/planted-fs.ts",
    text: 'import * as fs from "node:fs";\nexport const write = fs.writeFileSync;\n',
    said: /^only main and the output files write: all of it/,
  },
  {
    what: "a circle of types",
    file: "model/planted-circle.ts",
    text: 'import type { Other } from "./planted-circle-other.ts";\nexport interface One { other?: Other }\n',
    said: /^Dependency cycle detected$/,
  },
  {
    what: "the other half of the circle",
    file: "model/planted-circle-other.ts",
    text: 'import type { One } from "./planted-circle.ts";\nexport interface Other { one?: One }\n',
    said: /^Dependency cycle detected$/,
  },
];

interface Diagnostic {
  message: string;
  help?: string;
  filename: string;
}

describe("the layers of the house", () => {
  let copy: string;
  let found: Map<string, string[]>;

  beforeAll(async () => {
    copy = mkdtempSync(join(tmpdir(), "mc-layers-"));
    for (const name of ["src", "lint", "tsconfig.json"]) {
      cpSync(join(ROOT, name), join(copy, name), { recursive: true });
    }
    symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
    const config = JSON.parse(readFileSync(join(ROOT, ".oxlintrc.json"), "utf8")) as object;
    writeFileSync(
      join(copy, ".oxlintrc.json"),
      // Types take long, and have no part in this.
      JSON.stringify({ ...config, options: { denyWarnings: true, typeAware: false } }),
    );
    for (const { file, text } of PLANTED) {
      mkdirSync(dirname(join(copy, "src", file)), { recursive: true });
      writeFileSync(join(copy, "src", file), text);
    }
    const oxlint = join(ROOT, "node_modules/oxlint/bin/oxlint");
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [oxlint, "--format=json", "src"],
      { cwd: copy, maxBuffer: 16 * 1024 * 1024 },
    ).catch((failed: unknown) => failed as { stdout: string });
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: Diagnostic[] };
    found = new Map();
    for (const { filename, message, help = "" } of diagnostics) {
      const file = filename.replace(/^src\//, "");
      found.set(file, [...(found.get(file) ?? []), message, help]);
    }
  });

  afterAll(() => rmSync(copy, { recursive: true }));

  it.each(PLANTED)("do not take $what", ({ file, said }) => {
    expect((found.get(file) ?? []).filter((message) => said.test(message))).not.toEqual([]);
  });

  it("are kept everywhere else", () => {
    const planted = new Set(PLANTED.map(({ file }) => file));
    expect([...found].filter(([file]) => !planted.has(file))).toEqual([]);
  });
});
