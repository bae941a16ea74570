#!/usr/bin/env node
import module from "node:module";
import v8 from "node:v8";

// Plain syntax, so that an old Node gets as far as saying that it is too old.
const version = process.versions.node.split(".").map(Number);
if (version[0] < 22 || (version[0] === 22 && version[1] < 19)) {
  process.stderr.write(
    "mc: Node.js 22.19 or later is needed; this is " + process.versions.node + "\n",
  );
  process.exitCode = 2;
} else {
  // A run is short: waking threads for each small collection costs more than they do.
  v8.setFlagsFromString("--no-parallel-scavenge");
  module.enableCompileCache();
  void import("../dist/main.js");
}
