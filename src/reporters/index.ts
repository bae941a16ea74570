import type { Reporter } from "./reporter.ts";

/** Output formats by the name that `-o` takes; each is loaded when it is asked for. */
export const REPORTERS: Readonly<Record<string, () => Promise<Reporter>>> = {
  text: async () => (await import("./text.ts")).text,
  json: async () => (await import("./json.ts")).json,
  yaml: async () => (await import("./yaml.ts")).yaml,
  junit: async () => (await import("./junit.ts")).junit,
  sarif: async () => (await import("./sarif.ts")).sarif,
  markdown: async () => (await import("./markdown.ts")).markdown,
  html: async () => (await import("./html.ts")).html,
  svg: async () => (await import("./svg.ts")).svg,
  github: async () => (await import("./github.ts")).github,
  codequality: async () => (await import("./codequality.ts")).codequality,
  prometheus: async () => (await import("./prometheus.ts")).prometheus,
};
