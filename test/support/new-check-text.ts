/*
 * What `npm run new:check` writes: a check that passes and says nothing yet. Its texts begin with
 * "Say ", which the tests of the registry refuse, so that none is left as it is.
 */

/** `nodeCount` of `node-count`. */
export function exportName(id: string): string {
  return id.replaceAll(/-(.)/g, (_all, letter: string) => letter.toUpperCase());
}

/** `Node Count` of `node-count`. */
function titleOf(id: string): string {
  return id
    .split("-")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(" ");
}

/** Quoted where it must be, as the formatter has it. */
function key(id: string): string {
  return id.includes("-") ? `"${id}"` : id;
}

/** src/checks/ID/check.ts. */
export function checkSource(id: string, isMesh: boolean): string {
  const maker = isMesh ? "meshCheck" : "clusterCheck";
  const imported = isMesh ? "meshCheck, type MeshMember" : "clusterCheck";
  const member = isMesh ? 'type Member = MeshMember<"nodes", never>;\n\n' : "";
  const run = isMesh
    ? `run(members: readonly Member[]) {
    const fine = \`\${members.length} clusters compared\`;`
    : `run({ nodes }) {
    const fine = \`\${nodes.length} nodes looked at\`;`;
  return `import { ${imported} } from "../../model/check.ts";
import { pass, summarize } from "../../model/finding.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    ${key(id)}: undefined;
  }
}

${member}export const ${exportName(id)} = ${maker}({
  id: "${id}",
  title: "${titleOf(id)} Check",
  view: { rank: ${isMesh ? 200 : 100} },
  why: "Say in a sentence or two why it matters to the mesh.",
  reads: "Say what it reads.",
  faults: ["Say each fault that it exists for."],
  fixes: ["Say how each is mended."],
  needs: ["nodes"],
  ${run}
    const findings = [pass(fine)];
    return { findings, summary: summarize(findings, fine) };
  },
});
`;
}

/** test/checks/ID/check.test.ts. */
export function checkTest(id: string, isMesh: boolean): string {
  const name = exportName(id);
  const run = isMesh ? "runMesh" : "runCluster";
  const facts = isMesh ? `${name}, { a: {}, b: {} }` : name;
  return `import { expect, test } from "vitest";
import { ${name} } from "../../../src/checks/${id}/check.ts";
import { ${run} } from "../../support/facts.ts";

test("passes where all is well", () => {
  const { findings } = ${run}(${facts});
  expect(findings.map(({ severity }) => severity)).toEqual(["pass"]);
});
`;
}

/** The registry with the check behind another one. */
export function withLine(registry: string, id: string, after: string): string {
  const name = exportName(id);
  const imports = [...registry.matchAll(/^import \{ \w+ \} from "\.\/[\w-]+\/check\.ts";\n/gm)];
  const last = imports.at(-1);
  const line = `\n  ${exportName(after)},\n`;
  const place = registry.indexOf(line);
  if (!last || place < 0) throw new Error("the registry is not what it was: mend withLine");
  const afterImports = last.index + last[0].length;
  const afterLine = place + line.length;
  return [
    registry.slice(0, afterImports),
    `import { ${name} } from "./${id}/check.ts";\n`,
    registry.slice(afterImports, afterLine),
    `  ${name},\n`,
    registry.slice(afterLine),
  ].join("");
}
