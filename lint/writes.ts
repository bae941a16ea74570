import { defineRule, type Rule } from "@oxlint/plugins";
import { placeInSource } from "./rooms.ts";

/*
 * Files are written in a few places, which know how to leave nothing half-written behind.
 */

/** Functions of node:fs and node:fs/promises that read. */
const READS =
  /^(access|closeSync|constants|createReadStream|existsSync|fstat|lstat|open|opendir|read|readdir|readFile|readv|realpath|stat)(Sync)?$/;

const WRITERS = /^(main\.ts|cli\/(shared\/)?output-[^/]+\.ts|readers\/record\/write\.ts)$/;

export const writes: Rule = defineRule({
  create(context) {
    const place = placeInSource(context.filename);
    return {
      ImportDeclaration(node) {
        if (place === undefined || WRITERS.test(place) || node.importKind === "type") return;
        if (!/^node:fs(\/promises)?$/.test(node.source.value)) return;
        for (const specifier of node.specifiers) {
          const name =
            specifier.type === "ImportSpecifier" && specifier.imported.type === "Identifier"
              ? specifier.imported.name
              : "all of it";
          if (!READS.test(name)) {
            context.report({
              node: specifier,
              message: `only main and the output files write: ${name} of ${node.source.value}`,
            });
          }
        }
      },
    };
  },
});
