import { Chalk, type ChalkInstance } from "chalk";

/** The sixteen colours that every terminal has, or none; what the process is connected to is not asked. */
export function chalkOf(color: boolean): ChalkInstance {
  return new Chalk({ level: color ? 1 : 0 });
}
