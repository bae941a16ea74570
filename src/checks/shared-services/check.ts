import { sharedServices as findShared } from "../../mesh/services.ts";
import { clusterCheck } from "../../model/check.ts";
import { info, objectRef } from "../../model/finding.ts";
import { valueOr } from "../../model/gathered.ts";
import { notChecked } from "../_shared/not-checked.ts";

declare module "../../model/check-data.ts" {
  interface CheckData {
    "shared-services": undefined;
  }
}

export const sharedServices = clusterCheck({
  id: "shared-services",
  title: "Shared Services Check",
  view: { rank: 600, familiar: true },
  why: "Only services with a shared scope can be reached from other clusters; this lists them.",
  reads: "Label solo.io/service-scope of Services and of their namespaces.",
  faults: ["None: it informs."],
  fixes: [
    "Share a service with kubectl label service NAME solo.io/service-scope=global.",
    "Label a namespace the same way to share all its services; a service's own label wins.",
  ],
  needs: ["services"],
  uses: ["namespaces"],
  run({ services, namespaces }) {
    const shared = findShared(services, valueOr(namespaces, []));
    const notes = namespaces.ok
      ? []
      : [notChecked("services shared by a label of their namespace", namespaces)];
    if (shared.length === 0) {
      const summary = "no globally shared services found";
      return { summary, findings: [info(summary), ...notes] };
    }
    const findings = shared.map(({ service, scope, inherited, host }) => {
      const origin = inherited ? ` of namespace ${service.namespace}` : "";
      return info(`${host} (scope ${scope}${origin})`, { object: objectRef("Service", service) });
    });
    const noun = shared.length === 1 ? "service" : "services";
    return {
      summary: `${shared.length} globally shared ${noun}`,
      findings: [...findings, ...notes],
    };
  },
});
