import type * as Http from "node:http";
import module from "node:module";

/**
 * node:http, required and not imported: as an ES module it also loads the WebSocket that it exports,
 * which takes longer than all the rest that a live cluster needs.
 */
export const http = module.createRequire(import.meta.url)("node:http") as typeof Http;
