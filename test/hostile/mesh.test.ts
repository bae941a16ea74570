import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import * as fc from "fast-check";
import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { VIEWS } from "../../src/checks/index.ts";
import { check } from "../../src/engine/check.ts";
import { worst } from "../../src/model/finding.ts";
import type { Report, Result } from "../../src/model/report.ts";
import schema from "../reporters/published.schema.json" with { type: "json" };
import { REPORTERS } from "../../src/reporters/index.ts";
import { mesh } from "../support/hostile.ts";
import { parseXml } from "../reporters/xml.ts";

const RUNS = { numRuns: 120, seed: 20_261_120, endOnFailure: true };

const ajv = new Ajv2020({ strict: false });
addFormats.default(ajv);
const validate = ajv.compile(schema);

/** Elements that end themselves in HTML. */
const VOID = new Set(["meta", "br", "hr"]);

function resultsOf({ clusters, mesh: across }: Report): Result[] {
  return [...clusters.flatMap(({ checks }) => checks), ...across];
}

/** Nothing that moves a cursor, hides or turns text around. */
function expectPrintable(output: string): void {
  expect(output).not.toMatch(
    /[^\P{Cc}\n]|\p{Cs}|\p{Zl}|\p{Zp}|[\u200B-\u200F\u202A-\u202E\u2066-\u2069]/u,
  );
}

/** What a shell would run of a command: without quoted words and the contents of here-documents. */
function unquoted(command: string): string {
  return command.replaceAll(/<<'EOF'\n[^]*?\nEOF$/g, "").replaceAll(/'[^']*'|\\[^]/g, "_");
}

describe("whatever two clusters hold", () => {
  it("every check comes to a result of its own", async () => {
    await fc.assert(
      fc.asyncProperty(mesh, fc.boolean(), async (readers, precheck) => {
        const report = await check(readers, { precheck, concurrency: 4 });
        validate(JSON.parse(JSON.stringify(report)));
        expect(validate.errors ?? []).toEqual([]);
        for (const { id, status, summary, findings } of resultsOf(report)) {
          expect([id, summary.replace(/^(?!.*itself failed).*/s, "")]).toEqual([id, ""]);
          expect(status).toBe(worst(findings.map(({ severity }) => severity)));
          for (const { severity, message, remediation } of findings) {
            const isFault = ["warn", "fail", "error"].includes(severity);
            expect([id, message, isFault && remediation === undefined]).toEqual([
              id,
              message,
              false,
            ]);
          }
        }
      }),
      RUNS,
    );
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("no command does what a name of theirs says", async () => {
    let quoted = 0;
    await fc.assert(
      fc.asyncProperty(mesh, async (readers) => {
        const report = await check(readers, { precheck: false, concurrency: 4 });
        const commands = resultsOf(report).flatMap(({ findings }) =>
          findings.flatMap(({ remediation }) => remediation?.commands ?? []),
        );
        for (const command of commands) {
          expect([command, /touch hostile/.test(unquoted(command))]).toEqual([command, false]);
          if (command.includes("touch hostile")) quoted += 1;
        }
      }),
      RUNS,
    );
    // Such names do get as far as commands.
    expect(quoted).toBeGreaterThan(0);
  });

  it("every format stays what it is", async () => {
    const loading = Object.entries(REPORTERS).map(
      async ([name, open]) => [name, await open()] as const,
    );
    const reporters = Object.fromEntries(await Promise.all(loading));
    await fc.assert(
      fc.asyncProperty(mesh, async (readers) => {
        const report = await check(readers, { precheck: false, concurrency: 4 });
        const write = (format: string, verbose = true): string =>
          reporters[format]?.(report, { color: false, width: 80, verbose, views: VIEWS }) ?? "";
        for (const verbose of [true, false]) expectPrintable(write("text", verbose));
        expectPrintable(write("markdown"));
        expectPrintable(write("prometheus"));
        const tree: unknown = JSON.parse(write("json"));
        expect(load(write("yaml"))).toEqual(tree);
        expect(JSON.parse(write("sarif"))).toHaveProperty("runs");
        expect(parseXml(write("junit")).name).toBe("testsuites");
        // Not XML: the style sheet, and an attribute without a value.
        const markup = write("html").replace(/(?<=<style>)[^<]*/, "");
        const page = parseXml(markup.replaceAll(" open>", ' open="">'), VOID);
        expect(page.name).toBe("html");
        expect(write("html")).not.toMatch(/<hostile|<script|\son\w+="?hostile/i);
        expect(write("markdown").replaceAll(/^(`{3,})sh\n[^]*?\n\1$/gm, "")).not.toMatch(
          /(?<!\\)<hostile/,
        );
      }),
      RUNS,
    );
  });
});
