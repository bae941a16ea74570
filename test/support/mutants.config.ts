import { resolve } from "node:path";
import { defineConfig } from "vitest/config";
import base from "../../vitest.config.ts";
import { TESTS_VARIABLE } from "./mutant-rooms.ts";

/** The tests of what is mutated, without those that read its source. */
export default defineConfig({
  ...base,
  root: resolve(import.meta.dirname, "../.."),
  test: {
    ...base.test,
    include: (process.env[TESTS_VARIABLE] ?? "").split(";"),
    exclude: ["test/mesh/owners.test.ts", "test/checks/{ids,registry}.test.ts"],
  },
});
