import { clusterCheck } from "../../model/check.ts";
import { enumerate } from "../../mesh/wording.ts";
import { info, pass } from "../../model/finding.ts";
import { explanation } from "./explanation.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    connection: undefined;
  }
}

/** Without its fact the runner makes the error, so that here the cluster was reached. */
export const connection = clusterCheck({
  id: "connection",
  title: "Connection Check",
  view: { rank: 0 },
  explanation,
  why: "Nothing can be said of a cluster whose API server does not answer; its other checks wait for this one.",
  reads:
    "GET /version, and who the API server takes the caller for. Of recordings, what they say of it: where they say nothing, that they were read.",
  faults: [
    "The API server cannot be reached, or does not answer in time.",
    "The API server refuses the credentials of the context, or its certificate is not trusted.",
    "A recording cannot be read.",
  ],
  fixes: [
    "Check the server address of the context, VPN, proxy and firewall.",
    "Renew the credentials; give a slow server more time with --timeout.",
  ],
  needs: ["connection"],
  run({ connection: { serverVersion, user, files } }) {
    if (files) {
      const { origin, blank } = files;
      const lacks =
        blank.length > 0 ? `; nothing is recorded of namespaces ${enumerate(blank)}` : "";
      const summary = `no API server was asked, files of ${origin} were read${lacks}`;
      return { summary, findings: [info(summary)] };
    }
    const version = serverVersion ? ` ${serverVersion}` : "";
    const summary = `reached Kubernetes${version}${user ? ` as ${user}` : ""}`;
    return { summary, findings: [pass(summary)] };
  },
});
