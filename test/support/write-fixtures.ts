import { join } from "node:path";
import { certificateMaker } from "./mesh/certificates.ts";
import { SCENARIOS } from "./mesh/scenarios.ts";
import { writeCluster } from "./mesh/write.ts";

/*
 * Writes fixtures/<scenario>/<cluster>/ for the scenarios named, or for all: `npm run fixtures`.
 * Certificates are made anew each time, and their keys are kept nowhere.
 */
const named = process.argv.slice(2);

for (const name of named.length > 0 ? named : Object.keys(SCENARIOS)) {
  const scenario = SCENARIOS[name];
  if (!scenario) throw new Error(`no scenario is called ${name}`);
  for (const cluster of await scenario(certificateMaker)) {
    // `prod/east:6443/admin` is kept in `east`.
    const directory = /^prod\/([^:]+):/.exec(cluster.spec.context)?.[1] ?? cluster.spec.context;
    await writeCluster(join("fixtures", name, directory), cluster);
  }
}
