/** The words of a command as a POSIX shell takes them, as far as remedies need it. */
export function shellWords(command: string): string[] {
  return [...command.matchAll(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+/g)].map(([word]) =>
    word.replaceAll(
      /'([^']*)'|"([^"]*)"|\\(.)/g,
      (_all, single: string = "", double: string = "", plain: string = "") =>
        single + double + plain,
    ),
  );
}

/** Takes a flag with its value out of the words. */
export function flagOf(words: string[], ...names: string[]): string | undefined {
  const index = words.findIndex((word) => names.includes(word.split("=")[0] ?? ""));
  const word = words[index];
  if (word === undefined) return undefined;
  if (word.startsWith("--") && word.includes("=")) {
    words.splice(index, 1);
    return word.slice(word.indexOf("=") + 1);
  }
  return words.splice(index, 2)[1];
}
