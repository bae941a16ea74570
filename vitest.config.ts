import { defineConfig } from "vitest/config";
import { leftOut } from "./build/left-out.ts";

/** ms after which nobody believes any more that something still comes. */
const A_HANG = 15 * 60_000;

export default defineConfig({
  // Loading what the bundle leaves out would take each test file a second.
  plugins: [{ ...leftOut(), enforce: "pre" }],
  test: {
    server: { deps: { inline: ["@kubernetes/client-node"] } },
    include: ["test/**/*.test.ts"],
    // Limits are for what hangs, never for what is slow: no test takes a hundredth of them by itself.
    testTimeout: A_HANG,
    hookTimeout: A_HANG,
    expect: { poll: { timeout: A_HANG, interval: 20 } },
    // One more than two cores: tests of processes wait for these, and a core would wait with them.
    maxWorkers: 3,
    // A process for each file would load all modules 150 times: half of the time that tests take.
    isolate: false,
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      reporter: ["text-summary", "json-summary"],
      reportsDirectory: "coverage",
      thresholds: {
        statements: 95,
        branches: 95,
        functions: 95,
        lines: 95,
        "src/checks/**": { branches: 100 },
        "src/engine/**": { branches: 100 },
        "src/mesh/**": { branches: 100 },
      },
    },
  },
});
