import { stat } from "node:fs/promises";
import { userInfo } from "node:os";
import { dirname, join, resolve } from "node:path";
import { isRecord } from "../lib/json.ts";
import { isObjectName } from "../lib/object-name.ts";
import type { Config, FlagValue } from "../model/config.ts";
import { UsageError } from "../model/errors.ts";
import { ignoreEntries } from "./ignore-file.ts";
import { readYamlFile } from "./yaml-file.ts";

/** The file that is looked for. */
export const CONFIG_FILE = "mc.yaml";

const SCHEMA_VERSION = "mc.config/v1";

/** A file of configuration that was found. */
export interface FoundConfig {
  path: string;
  /** It belongs to somebody else, who could have put it there for others to run into. */
  isForeign: boolean;
}

/** The `mc.yaml` of a directory, or of the nearest above it. */
export async function findConfig(start: string): Promise<FoundConfig | undefined> {
  let directory = resolve(start);
  for (;;) {
    const path = join(directory, CONFIG_FILE);
    const present = await stat(path).catch(() => undefined);
    if (present?.isFile()) return { path, isForeign: !isOurs(present.uid) };
    const above = dirname(directory);
    if (above === directory) return undefined;
    directory = above;
  }
}

/** Whether files of this user are ours: those of the administrator are; Windows knows no such ids. */
function isOurs(owner: number): boolean {
  const { uid } = userInfo();
  return uid < 0 || owner === uid || owner === 0;
}

/** Throws as the file has something that is wrong. */
type Refuse = (what: string) => never;

function mapping(value: unknown, where: string, refuse: Refuse): [string, unknown][] {
  if (!isRecord(value)) return refuse(`${where} is no mapping`);
  return Object.entries(value);
}

function groupsOf(value: unknown, refuse: Refuse): Record<string, string[]> {
  const groups = mapping(value, "groups", refuse).map(([name, contexts]) => {
    const isList =
      Array.isArray(contexts) &&
      contexts.length > 0 &&
      contexts.every((one): one is string => typeof one === "string" && one !== "");
    if (!isList) return refuse(`groups.${name} is no list of contexts`);
    if (new Set(contexts).size < contexts.length) refuse(`groups.${name} has a context twice`);
    return [name, contexts] as const;
  });
  return Object.fromEntries(groups);
}

function isScalar(value: unknown): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

function flagValue(value: unknown, where: string, refuse: Refuse): FlagValue {
  if (isScalar(value)) return value;
  const isList =
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((one): one is string => typeof one === "string");
  return isList ? value : refuse(`${where} is neither one value nor a list of texts`);
}

function defaultsOf(value: unknown, refuse: Refuse): Record<string, Record<string, FlagValue>> {
  const commands = mapping(value, "defaults", refuse).map(([command, flags]) => {
    const where = `defaults.${command}`;
    const values = mapping(flags, where, refuse).map(
      ([flag, given]) => [flag, flagValue(given, `${where}.${flag}`, refuse)] as const,
    );
    return [command, Object.fromEntries(values)] as const;
  });
  return Object.fromEntries(commands);
}

function namespacesOf(value: unknown, refuse: Refuse): NonNullable<Config["namespaces"]> {
  const namespaces: NonNullable<Config["namespaces"]> = {};
  for (const [key, name] of mapping(value, "namespaces", refuse)) {
    if (key !== "istio" && key !== "gateways") {
      return refuse(`namespaces has the field ${key}; there are istio, gateways`);
    }
    if (typeof name !== "string" || !isObjectName(name)) {
      return refuse(`namespaces.${key}: no namespace can be called that`);
    }
    namespaces[key] = name;
  }
  return namespaces;
}

/** What a tree of YAML says. */
function configOf(tree: unknown, path: string, refuse: Refuse): Config {
  const config: Config = { schemaVersion: SCHEMA_VERSION };
  // An empty file, as /dev/null is, says nothing.
  if (tree === undefined || tree === null) return config;
  const entries = mapping(tree, "it", refuse);
  const version = isRecord(tree) ? tree["schemaVersion"] : undefined;
  if (version !== SCHEMA_VERSION) {
    return refuse(`it is no configuration of mc: it has no schemaVersion: ${SCHEMA_VERSION}`);
  }
  for (const [key, value] of entries) {
    switch (key) {
      case "schemaVersion":
        break;
      case "groups":
        config.groups = groupsOf(value, refuse);
        break;
      case "defaults":
        config.defaults = defaultsOf(value, refuse);
        break;
      case "ignore":
        if (!Array.isArray(value)) return refuse("ignore is no list of entries");
        config.ignore = ignoreEntries(value, `${path}: ignore`);
        break;
      case "namespaces":
        config.namespaces = namespacesOf(value, refuse);
        break;
      default:
        return refuse(
          `it has the field ${key}; there are schemaVersion, groups, defaults, ignore, namespaces`,
        );
    }
  }
  return config;
}

/**
 * The configuration in a file.
 *
 * @throws UsageError for a file that cannot be read, or holds something else
 */
export async function readConfig(path: string): Promise<Config> {
  return configOf(await readYamlFile(path, path), path, (what) => {
    throw new UsageError(`${path}: ${what}`);
  });
}
