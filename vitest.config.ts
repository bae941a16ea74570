import { defineConfig } from "vitest/config";
import { leftOut } from "./build/left-out.ts";

export default defineConfig({
  // Loading what the bundle leaves out would take each test file a second.
  plugins: [leftOut()],
  test: {
    server: { deps: { inline: ["@kubernetes/client-node"] } },
    include: ["test/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Vitest would leave a core of two to itself, which the tests need more.
    maxWorkers: 2,
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
