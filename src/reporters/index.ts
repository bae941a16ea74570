import type { Reporter } from "./reporter.ts";

/** Output formats by the name that `-o` takes; each is loaded when it is asked for. */
export const REPORTERS: Readonly<Record<string, () => Promise<Reporter>>> = {
  text: async () => (await import("./text.ts")).text,
  json: async () => (await import("./json.ts")).json,
  yaml: async () => (await import("./yaml.ts")).yaml,
};
