import { defineRule, type ESTree, type Rule } from "@oxlint/plugins";

/*
 * Checks are pure functions of facts: they never wait, and never read a clock, chance or the
 * surroundings. What they import is another rule's.
 */

/** Names of the surroundings. */
const GLOBALS: ReadonlySet<string> = new Set([
  "clearInterval",
  "clearTimeout",
  "console",
  "crypto",
  "fetch",
  "globalThis",
  "performance",
  "process",
  "queueMicrotask",
  "setImmediate",
  "setInterval",
  "setTimeout",
]);

const IMPURE: ReadonlySet<string> = new Set(["Date.now", "Math.random"]);

function nameOf(node: ESTree.Node): string {
  return node.type === "Identifier" ? node.name : "";
}

export const pure: Rule = defineRule({
  create(context) {
    const say = (node: ESTree.Node, what: string): void =>
      context.report({ node, message: `a check is pure: ${what}` });
    const notAsync = (node: ESTree.Function | ESTree.ArrowFunctionExpression): void => {
      if (node.async) say(node, "it is not async");
    };
    return {
      AwaitExpression: (node) => say(node, "it does not wait"),
      ForOfStatement(node) {
        if (node.await) say(node, "it does not wait");
      },
      FunctionDeclaration: notAsync,
      FunctionExpression: notAsync,
      ArrowFunctionExpression: notAsync,
      ImportExpression: (node) => say(node, "it loads nothing"),
      MemberExpression(node) {
        const property =
          node.property.type === "Literal" ? node.property.value : nameOf(node.property);
        const name = `${nameOf(node.object)}.${String(property)}`;
        if (IMPURE.has(name)) say(node, `it does not ask ${name}`);
      },
      NewExpression(node) {
        if (nameOf(node.callee) === "Date" && node.arguments.length === 0) {
          say(node, "it does not ask the clock");
        }
      },
      CallExpression(node) {
        if (nameOf(node.callee) === "Date") say(node, "it does not ask the clock");
      },
      "Program:exit"(node) {
        const scope = context.sourceCode.getScope(node);
        for (const { identifier } of scope.through) {
          if (GLOBALS.has(identifier.name)) {
            say(identifier, `it does not know ${identifier.name}`);
          }
        }
      },
    };
  },
});
