import { dirname, resolve } from "node:path";
import { defineRule, type ESTree, type Rule } from "@oxlint/plugins";

/*
 * Who may import whom. Lists of what is allowed, over the paths that imports lead to: what is not
 * named here is forbidden, so that a new room or package has to be thought about.
 */

interface Room {
  /** Rooms beside itself. */
  rooms: readonly string[];
  /** Packages, and Node's own modules; an entry that ends in `*` stands for all that begin so. */
  packages: readonly string[];
}

/** What every room above them stands on. */
const GROUND: readonly string[] = ["mesh", "lib", "model"];

const ROOMS: Readonly<Record<string, Room>> = {
  model: { rooms: [], packages: [] },
  lib: { rooms: ["model"], packages: ["asn1js", "ipaddr.js", "node:crypto", "pkijs"] },
  mesh: { rooms: ["lib", "model"], packages: ["ipaddr.js"] },
  facts: { rooms: GROUND, packages: ["js-yaml"] },
  checks: { rooms: GROUND, packages: [] },
  reporters: { rooms: GROUND, packages: ["chalk", "cli-table3", "js-yaml"] },
  gateway: { rooms: ["facts", ...GROUND], packages: ["diff", "js-yaml", "p-limit"] },
  certs: {
    rooms: ["facts", ...GROUND],
    packages: ["@peculiar/x509", "asn1js", "node:crypto", "pkijs", "reflect-metadata"],
  },
  engine: { rooms: ["checks", "facts", "version", ...GROUND], packages: ["p-limit"] },
  readers: {
    rooms: ["facts", "version", ...GROUND],
    packages: [
      "@kubernetes/client-node/*",
      "ipaddr.js",
      "js-yaml",
      "node:child_process",
      "node:crypto",
      "node:events",
      "node:fs",
      "node:fs/promises",
      "node:http",
      "node:http2",
      "node:https",
      "node:module",
      "node:net",
      "node:os",
      "node:path",
      "node:stream",
      "node:stream/promises",
      "node:timers/promises",
      "node:tls",
      "node:util",
      "node:zlib",
      "p-limit",
      "socks",
      "tar-stream",
      "ws",
    ],
  },
  probe: {
    rooms: ["facts", "readers", ...GROUND],
    packages: ["node:dns/promises", "node:net", "node:tls", "p-limit"],
  },
  cli: {
    rooms: [
      "certs",
      "checks",
      "engine",
      "facts",
      "gateway",
      "probe",
      "readers",
      "reporters",
      "version",
      ...GROUND,
    ],
    packages: [
      "commander",
      "node:crypto",
      "node:fs/promises",
      "node:path",
      "node:timers/promises",
      "node:url",
    ],
  },
  version: { rooms: [], packages: [] },
  index: {
    rooms: ["checks", "engine", "facts", "readers", "reporters", "version", ...GROUND],
    packages: [],
  },
  main: { rooms: ["cli", "lib", "model"], packages: ["node:*"] },
};

/** `facts` of src/facts/pods.ts, `main` of src/main.ts. */
function roomOf(path: string): string {
  return path.split("/")[0]?.replace(/\.ts$/, "") ?? "";
}

/** `peers` of src/checks/peers/check.ts; nothing of the registry and what lies beside it. */
function checkOf(path: string): string | undefined {
  const parts = path.split("/");
  return parts.length > 2 ? parts[1] : undefined;
}

/** Checks know nothing of one another: what two of them need is in `_shared`, or in the mesh. */
function betweenChecks(from: string, to: string): string | undefined {
  const [own, other] = [checkOf(from), checkOf(to)];
  if (own === undefined || own === other || other === "_shared") return undefined;
  return other === undefined
    ? "a check does not know the registry"
    : `the check ${own} does not know ${other}: share it in checks/_shared or in mesh`;
}

function importOfFile(from: string, to: string): string | undefined {
  const [room, other] = [roomOf(from), roomOf(to)];
  if (room === other) return room === "checks" ? betweenChecks(from, to) : undefined;
  return ROOMS[room]?.rooms.includes(other)
    ? undefined
    : `${room} may not import ${other}: see lint/rooms.ts`;
}

function importOfPackage(from: string, name: string): string | undefined {
  const room = roomOf(from);
  const allowed = ROOMS[room]?.packages.some((entry) =>
    entry.endsWith("*") ? name.startsWith(entry.slice(0, -1)) : name === entry,
  );
  return allowed ? undefined : `${room} may not import the package ${name}: see lint/rooms.ts`;
}

/** Where a file is below src, with `/`; nothing of one that is elsewhere. */
export function placeInSource(file: string): string | undefined {
  return /^.*\/src\/(.+)$/.exec(file.replaceAll("\\", "/"))?.[1];
}

/** Why a file may not import what it names so; nothing when it may. */
function whyNot(file: string, specifier: string): string | undefined {
  const from = placeInSource(file);
  if (from === undefined) return undefined;
  if (!specifier.startsWith(".")) return importOfPackage(from, specifier);
  const to = placeInSource(resolve(dirname(file), specifier));
  return to === undefined
    ? `${roomOf(from)} may import nothing outside src`
    : importOfFile(from, to);
}

/** The one file that loads what the command line names: checks of others. */
const LOADS_OTHERS = "cli/check/own-checks.ts";

/** Why a file may not import what only a run decides; nothing when it may. */
function whyNotAny(file: string): string | undefined {
  return placeInSource(file) === LOADS_OTHERS ? undefined : "what is imported must be written out";
}

/** What names a module, or does not: an export of what is declared in place. */
interface Importing {
  source: ESTree.Expression | null;
}

/** Imports of every form, those of types included, lead to rooms and packages that are allowed. */
export const rooms: Rule = defineRule({
  create(context) {
    const judge = ({ source }: Importing): void => {
      if (!source) return;
      const why =
        source.type === "Literal" && typeof source.value === "string"
          ? whyNot(context.filename, source.value)
          : whyNotAny(context.filename);
      if (why !== undefined) context.report({ node: source, message: why });
    };
    return {
      ImportDeclaration: (node) => judge(node),
      ImportExpression: (node) => judge(node),
      ExportAllDeclaration: (node) => judge(node),
      ExportNamedDeclaration: (node) => judge(node),
      TSImportType: (node) => judge(node),
    };
  },
});
