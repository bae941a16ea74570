import { resolve } from "node:path";
import { defineConfig, type Plugin } from "rolldown";
import { leftOut } from "./build/left-out.ts";
import { tableWidth } from "./build/table-width.ts";

/*
 * One copy of rolldown is in the tree, the one that vitest brings: keep the two versions the same,
 * or `npm ci` refuses the lockfile.
 */

const ENTRY = /\/src\/main\.ts$/;

/** What stands between `import` and `from`: a default, a namespace, names. */
const IMPORT =
  /\bimport\s*(?:([\w$]+)\s*,?\s*)?(?:\{([^}]*)\}|\*\s*as\s+([\w$]+))?\s*from\s*"(node:[^"]+)";/g;

/**
 * Takes Node's own modules with `process.getBuiltinModule` instead of `import`, which reads every
 * property of a module to make an ES module of it: of `process` and `fs` alone that opens stdin and
 * loads streams, a third of the start-up time.
 */
function builtinsWithoutFacade(): Plugin {
  return {
    name: "builtins-without-facade",
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk") continue;
        chunk.code = chunk.code.replace(IMPORT, (_all, one, names, all, id) => {
          const module = `process.getBuiltinModule("${id}")`;
          const whole = [one, all].filter(Boolean).map((name) => `const ${name}=${module};`);
          const parts = names ? `const{${names.replaceAll(/\s+as\s+/g, ":")}}=${module};` : "";
          return whole.join("") + parts;
        });
      }
    },
  };
}

/** The modules that are loaded before a command is known. */
const base = new Set<string>();

function findBase(): Plugin {
  return {
    name: "find-base",
    buildEnd() {
      const walk = (id: string): void => {
        const module = this.getModuleInfo(id);
        if (base.has(id) || !module) return;
        base.add(id);
        for (const next of module.importedIds) walk(next);
      };
      const entry = [...this.getModuleIds()].find((id) => ENTRY.test(id));
      if (entry === undefined) throw new Error("the entry is gone");
      for (const id of this.getModuleInfo(entry)?.importedIds ?? []) walk(id);
    },
  };
}

const SOURCE = resolve(import.meta.dirname, "./src");
const PACKAGES = resolve(import.meta.dirname, "./node_modules");

const below = (pattern: string) => new RegExp(`^${SOURCE}/(?:${pattern})`);

/**
 * Every file costs half a millisecond, so there are few, along the lines of what commands load. A
 * group takes what its modules import along with them, unless an earlier one has it.
 */
const groups = [
  { name: "base", test: (id: string) => base.has(id) },
  {
    name: "core",
    test: below(
      [
        "model|facts|mesh|lib/[^/]+\\.ts",
        "engine/(access|gather|narrow|source)",
        "reporters/(causes|escape|link-matrix|place|probe|results|words|markdown/escape)",
        "readers/(?:logs|config-file|ignore-file|yaml-file)",
        "cli/shared/(check-ids|config|format|places|live-clusters|output-(?:directory|file|room)|pause|progress|readers|say)",
      ].join("|"),
    ),
  },
  // Of the text report, and of diffs.
  { name: "chalk", test: /\/node_modules\/chalk\/|\/src\/reporters\/chalk\.ts$/ },
  { name: "text", test: below("reporters/(?:text|compare)") },
  { name: "checks", test: below("checks|engine") },
  {
    name: "live",
    test: below("readers/(live\\.ts|kubeconfig|live/(?!debug/(?:port-forward|channel)))"),
  },
  { name: "recordings", test: below("readers/(directory|recordings|bug-report)") },
  { name: "gateway", test: below("gateway|cli/shared/(apply|await)-gateways|cli/link/request") },
  // What verifies certificates has these in common with what makes them.
  { name: "asn1", test: new RegExp(`^${PACKAGES}/(?:asn1js|@peculiar/utils)/`) },
  { name: "x509", test: below("lib/x509/") },
  { name: "certs", test: below("certs/(?!make)|cli/certs/(?!flags\\.ts|make)") },
];

export default defineConfig({
  input: { main: "src/main.ts", index: "src/index.ts" },
  platform: "node",
  transform: { target: "node22.19" },
  plugins: [leftOut(), tableWidth(), findBase(), builtinsWithoutFacade()],
  output: {
    dir: "dist",
    cleanDir: true,
    format: "esm",
    minify: true,
    keepNames: true,
    comments: { legal: false },
    chunkFileNames: "chunks/[name]-[hash].js",
    codeSplitting: { groups },
  },
});
