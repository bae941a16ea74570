import type { AnyCheck } from "../model/check.ts";
import { license } from "./cluster/license.ts";

/** Every check, in the order of reports. Adding one: its file, its line here, its test. */
export const CHECKS: readonly AnyCheck[] = [license];
