import { type Command, InvalidArgumentError, type Option } from "commander";
import { closest } from "../../lib/closest.ts";
import type { Config, FlagValue } from "../../model/config.ts";
import { UsageError } from "../../model/errors.ts";
import { CONFIG_FILE, findConfig, readConfig } from "../../readers/config-file.ts";
import type { Io } from "./io.ts";
import { type GlobalOptions, list, repeated } from "./options.ts";
import { warning } from "./say.ts";

/*
 * What mc.yaml says is put where flags were not given. It is found without being named, so it decides
 * neither which clusters are meant, nor as whom, nor what is forced, nor whose code is run.
 */

/** Flags that stay with the command line. */
const NEVER: ReadonlySet<string> = new Set([
  "as",
  "as-group",
  "checks",
  "cluster",
  "config",
  "context",
  "contexts",
  "directory",
  "dry-run",
  "force",
  "force-conflicts",
  "from",
  "generate",
  "group",
  "ignore",
  "kubeconfig",
  "to",
  "user",
  "yes",
]);

/** `certs status` of that command. */
function pathOf(command: Command): string {
  const { parent } = command;
  return parent?.parent ? `${pathOf(parent)} ${command.name()}` : command.name();
}

function commandsBelow(command: Command): Command[] {
  return command.commands.flatMap((one) => [one, ...commandsBelow(one)]);
}

function rootOf(command: Command): Command {
  return command.parent ? rootOf(command.parent) : command;
}

/** One of the names, or an error that says which was probably meant. */
function known<T>(name: string, all: ReadonlyMap<string, T>, what: string): T {
  const found = all.get(name);
  if (found !== undefined) return found;
  const near = closest(name, [...all.keys()]);
  const hint = near === undefined ? "" : ` (did you mean ${near}?)`;
  throw new UsageError(`${what} ${JSON.stringify(name)}${hint}`);
}

interface Flag {
  option: Option;
  /** The command that declares it: global ones are the program's. */
  owner: Command;
}

function flagsFor(command: Command): Map<string, Flag> {
  return new Map(
    [rootOf(command), command].flatMap((owner) =>
      owner.options.map((option) => [option.name(), { option, owner }] as const),
    ),
  );
}

/** What a flag comes to that is given this value. */
function parsed({ option }: Flag, value: FlagValue): unknown {
  const { parseArg } = option;
  const takesValue = option.required || option.optional;
  if (!takesValue) {
    if (typeof value !== "boolean") throw new InvalidArgumentError("It is true or false.");
    return value !== option.negate;
  }
  const isPreset = value === true && option.optional;
  const items = isPreset ? [String(option.presetArg)] : [value].flat().map(String);
  const takesSeveral =
    parseArg === (list as Option["parseArg"]) || parseArg === (repeated as Option["parseArg"]);
  if (items.length > 1 && !takesSeveral) throw new InvalidArgumentError("It takes one value.");
  let result: unknown;
  for (const item of items) result = parseArg ? parseArg(item, result) : item;
  return result;
}

function isGiven({ option, owner }: Flag): boolean {
  const source = owner.getOptionValueSource(option.attributeName());
  return source !== undefined && source !== "default";
}

function setUnlessGiven(flag: Flag, value: FlagValue, where: string): void {
  if (isGiven(flag)) return;
  try {
    const { option, owner } = flag;
    owner.setOptionValueWithSource(option.attributeName(), parsed(flag, value), "config");
  } catch (cause) {
    if (!(cause instanceof InvalidArgumentError)) throw cause;
    throw new UsageError(`${where}: ${cause.message.replace(/\.$/, "")}`);
  }
}

/** Puts defaults where flags were not given; names of commands and flags are judged everywhere. */
function applyDefaults(command: Command, { defaults = {} }: Config, path: string): void {
  const commands = new Map(commandsBelow(rootOf(command)).map((one) => [pathOf(one), one]));
  for (const [name, values] of Object.entries(defaults)) {
    const owner = known(name, commands, `${path}: defaults has no command`);
    const flags = flagsFor(owner);
    for (const [flagName, value] of Object.entries(values)) {
      const where = `${path}: defaults.${name}.${flagName}`;
      const flag = known(flagName, flags, `${path}: mc ${name} has no flag`);
      if (NEVER.has(flagName)) {
        throw new UsageError(`${where}: that is for the command line to say`);
      }
      if (owner === command) setUnlessGiven(flag, value, where);
    }
  }
}

function applyNamespaces(command: Command, { namespaces = {} }: Config, path: string): void {
  const flags = flagsFor(command);
  for (const [key, name] of [
    ["namespace", namespaces.gateways],
    ["istio-namespace", namespaces.istio],
  ] as const) {
    const flag = flags.get(key);
    if (flag && name !== undefined) setUnlessGiven(flag, name, `${path}: namespaces`);
  }
}

/** The contexts of the groups, after those that are named themselves. */
function applyGroups(
  command: Command,
  groups: readonly string[],
  { groups: all = {} }: Config,
  path: string,
): void {
  if (!command.options.some(({ long }) => long === "--contexts")) {
    throw new UsageError(`--group does not go with ${pathOf(command)}, which takes no --contexts`);
  }
  const byName = new Map(Object.entries(all));
  const contexts = groups.flatMap((name) => known(name, byName, `${path}: there is no group`));
  const given = command.getOptionValue("contexts") as string[] | undefined;
  const named = [...new Set([...(given ?? []), ...contexts])];
  command.setOptionValueWithSource("contexts", named, "config");
}

/**
 * Puts in place what the file of `--config`, or the `mc.yaml` here or above, says.
 *
 * @throws UsageError for a file that cannot be used, and for a group that there is not
 */
export async function applyConfig(command: Command, io: Io): Promise<void> {
  const { config: named, group } = command.optsWithGlobals<GlobalOptions>();
  const found = named === undefined ? await findConfig(io.cwd) : { path: named, isForeign: false };
  if (found?.isForeign) {
    await warning(io, `${found.path} belongs to another user and is left out: --config names it`);
  }
  if (!found || found.isForeign) {
    if (group === undefined) return;
    throw new UsageError(`--group needs ${CONFIG_FILE}, which mc config init begins`);
  }
  const { path } = found;
  const config = await readConfig(path);
  applyDefaults(command, config, path);
  applyNamespaces(command, config, path);
  if (group !== undefined) applyGroups(command, group, config, path);
  if (config.ignore && command.options.some(({ long }) => long === "--ignore")) {
    const given = command.getOptionValue("ignore") as string[] | undefined;
    command.setOptionValueWithSource("ignore", [...(given ?? []), path], "config");
  }
}
