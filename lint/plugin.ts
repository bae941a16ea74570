import type { Plugin } from "@oxlint/plugins";
import { pure } from "./pure.ts";
import { rooms } from "./rooms.ts";
import { writes } from "./writes.ts";

/** The rules of the house that no linter comes with. */
const plugin: Plugin = { meta: { name: "mc" }, rules: { pure, rooms, writes } };

export default plugin;
