import type { IgnoreEntry } from "./ignore.ts";

/** The value of a flag as a file says it: a list stands for the flag repeated. */
export type FlagValue = string | number | boolean | readonly string[];

/*
 * Its JSON Schema is made from these types without the library of the language, which takes seconds to
 * read: they use no `Record`.
 */

/** `mc.yaml`: what need not be said on every command line. */
export interface Config {
  schemaVersion: "mc.config/v1";
  /** Contexts of the kubeconfig by a name for all of them: `--group NAME`. */
  groups?: { [name: string]: readonly string[] };
  /** Values of flags that are not given, by command and by the name of the flag without dashes. */
  defaults?: { [command: string]: { [flag: string]: FlagValue } };
  /** Faults that somebody has decided to live with, as in a file for `--ignore`. */
  ignore?: readonly IgnoreEntry[];
  namespaces?: {
    /** As `-i`: with cacerts and the network label. */
    istio?: string;
    /** As `-n`: of the Gateways. */
    gateways?: string;
  };
}
