import type { Plugin } from "rolldown";

const TABLE = /\/node_modules\/cli-table3\/src\/[\w-]+\.js$/;

/**
 * What cli-table3 requires, and what the bundle has in its place. `reporters/text/table.ts` gives it
 * characters of one column only, which need no measuring: string-width makes a regular expression of
 * all emoji for every cell. Tables have no colours of their own.
 */
const STAND_INS: Readonly<Record<string, string>> = {
  "string-width": "module.exports = (text) => text.length;",
  "@colors/colors/safe": "module.exports = {};",
};

const PREFIX = "\0of-cli-table3:";

/** Puts the stand-ins in place for cli-table3, and for nobody else. */
export function tableWidth(): Plugin {
  return {
    name: "width-of-table-cells",
    resolveId(source, importer) {
      const isMeant = TABLE.test(importer ?? "") && Object.hasOwn(STAND_INS, source);
      return isMeant ? `${PREFIX}${source}` : undefined;
    },
    load(id) {
      if (!id.startsWith(PREFIX)) return undefined;
      return STAND_INS[id.slice(PREFIX.length)];
    },
  };
}
