/* The door of debug endpoints: GETs of ports of pods. */

export { DebugReader } from "./reader.ts";
