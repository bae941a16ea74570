/** What the program is called as, by the file that was run: kubectl runs its plugins by their files. */
const PROGRAMS: readonly (readonly [RegExp, string])[] = [
  [/^kubectl-mc\b/, "kubectl mc"],
  [/^kubectl-istio_mc\b/, "kubectl istio-mc"],
  [/^istio-mc\b/, "istio-mc"],
];

/** The name by which people called the program, for its help and what it says of itself. */
export function programName(file: string): string {
  return PROGRAMS.find(([pattern]) => pattern.test(file))?.[1] ?? "mc";
}

/** Arguments as the program takes them: kubectl asks a file of its own what can follow a plugin. */
export function askedOf(file: string, args: readonly string[]): string[] {
  return file.startsWith("kubectl_complete-") ? ["__complete", "--", ...args] : [...args];
}

/** The program in a sentence: its name with one of its commands behind it. */
const MENTION =
  /(?<![\w./-])mc (?=(?:certs|check|compare|completion|config|explain|expose|link|probe|rbac|services|snapshot|trace|unlink|version)\b)/g;

/** Our own text, in which the program is called what people called it. */
export function withProgramName(text: string, program: string): string {
  return program === "mc" ? text : text.replaceAll(MENTION, `${program} `);
}
