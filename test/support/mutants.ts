import { availableParallelism } from "node:os";
import { relative, resolve } from "node:path";
import { Stryker } from "@stryker-mutator/core";
import { allRooms, type Room, TESTS_VARIABLE } from "./mutant-rooms.ts";

/*
 * `npm run mutants [-- checks/certs mesh …]`: changes the rooms of rules one place at a time, and says
 * which changes none of their own tests notices. Texts stay as they are: goldens hold those.
 */

type MutantResult = Awaited<ReturnType<Stryker["runMutationTest"]>>[number];

const ROOT = resolve(import.meta.dirname, "../..");
/** What counts as noticed. */
const NOTICED: ReadonlySet<string> = new Set(["Killed", "Timeout", "RuntimeError"]);
const SURVIVED: ReadonlySet<string> = new Set(["Survived", "NoCoverage"]);

async function mutate({ sources, tests }: Room): Promise<MutantResult[]> {
  process.env[TESTS_VARIABLE] = tests.join(";");
  const stryker = new Stryker({
    testRunner: "vitest",
    plugins: ["@stryker-mutator/vitest-runner"],
    vitest: { configFile: "test/support/mutants.config.ts", related: false },
    coverageAnalysis: "perTest",
    mutate: [sources],
    mutator: { excludedMutations: ["StringLiteral"], plugins: null },
    concurrency: availableParallelism(),
    reporters: [],
    logLevel: "error",
    ignorePatterns: ["/dist", "/coverage"],
    timeoutMS: 10_000,
    // It would rewrite the paths in there, by an interface that this TypeScript does not have.
    tsconfigFile: "none",
  } as ConstructorParameters<typeof Stryker>[0]);
  return stryker.runMutationTest();
}

/** `src/mesh/links.ts:12:5 ConditionalExpression: true` */
function shown({ fileName, location, mutatorName, replacement }: MutantResult): string {
  const { line, column } = location.start;
  const change = (replacement ?? "").replaceAll(/\s+/g, " ").slice(0, 60);
  return `${relative(ROOT, fileName)}:${line}:${column} ${mutatorName}: ${change}`;
}

function percent(noticed: number, all: number): string {
  return all === 0 ? "none" : `${((100 * noticed) / all).toFixed(1)} % of ${all}`;
}

const wanted = process.argv.slice(2).map((path) => path.replace(/^src\//, "").replace(/\/$/, ""));
const rooms = allRooms(ROOT).filter(
  ({ name }) =>
    wanted.length === 0 || wanted.some((one) => name === one || name.startsWith(`${one}/`)),
);
if (rooms.length === 0) {
  process.stderr.write(
    `mutants: no room is called ${wanted.join(" or ")}: checks/ID, engine, gateway or mesh\n`,
  );
  process.exitCode = 2;
}
let [noticed, all] = [0, 0];
for (const room of rooms) {
  const results = await mutate(room);
  const survivors = results.filter(({ status }) => SURVIVED.has(status));
  const killed = results.filter(({ status }) => NOTICED.has(status)).length;
  noticed += killed;
  all += killed + survivors.length;
  process.stdout.write(`${room.name}: ${percent(killed, killed + survivors.length)} noticed\n`);
  for (const one of survivors) process.stdout.write(`  ${shown(one)}\n`);
}
if (rooms.length > 1) process.stdout.write(`together: ${percent(noticed, all)} noticed\n`);
