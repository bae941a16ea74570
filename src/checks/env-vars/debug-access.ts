import { switchOf } from "../../mesh/switches.ts";
import { setIstiodVariable } from "../../mesh/commands/istiod.ts";
import { versionOf } from "../../mesh/versions.ts";
import {
  guardsDebugEndpoints,
  managementNamespaces,
  MANAGEMENT_NAMESPACE,
} from "../../mesh/management.ts";
import { qualified } from "../../mesh/wording.ts";
import type { ClusterRef } from "../../model/check.ts";
import type { IstiodFact, ServiceFact } from "../../model/facts.ts";
import { info, objectRef, remedy, warn } from "../../model/finding.ts";
import type { Gathered } from "../../model/gathered.ts";
import { notChecked } from "../_shared/not-checked.ts";
import type { Finding } from "../../model/report.ts";

const ALLOWED = "DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES";
const AUTHENTICATION = "ENABLE_DEBUG_ENDPOINT_AUTH";

/**
 * Whether a management plane in another namespace than the usual one may ask istiod's debug endpoints,
 * from which it learns of the mesh.
 */
export function debugAccessFindings(
  istiods: readonly IstiodFact[],
  services: Gathered<ServiceFact[]>,
  cluster: ClusterRef,
): Finding[] {
  const guarded = istiods.filter(guards);
  if (guarded.length === 0) return [];
  if (!services.ok) {
    return [notChecked("whether a management plane may ask istiod's debug endpoints", services)];
  }
  const namespaces = managementNamespaces(services.value).filter(
    (namespace) => namespace !== MANAGEMENT_NAMESPACE && namespace !== cluster.istioNamespace,
  );
  return guarded.flatMap((istiod) =>
    namespaces.flatMap((namespace) => judge(istiod, namespace, cluster)),
  );
}

/** An istiod that asks who wants its debug endpoints, as far as is known. */
function guards(istiod: IstiodFact): boolean {
  const { version } = versionOf(istiod, "discovery");
  const isOff = switchOf(istiod.env, AUTHENTICATION) === false;
  return version !== undefined && guardsDebugEndpoints(version) && !isOff;
}

function judge(istiod: IstiodFact, namespace: string, cluster: ClusterRef): Finding[] {
  const object = objectRef("Deployment", istiod);
  const found = istiod.env.get(ALLOWED);
  if (found?.kind === "unresolved") {
    return [
      info(`not checked: ${qualified(istiod)}: ${ALLOWED} comes from ${found.from}: ${found.why}`, {
        object,
      }),
    ];
  }
  const allowed = (found?.value ?? "")
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
  if (allowed.includes(namespace)) return [];
  return [
    warn(
      `${qualified(istiod)}: ${ALLOWED} does not list ${namespace}, where the management plane is: this version of istiod refuses it the debug endpoints`,
      {
        object,
        remediation: remedy(
          `List the namespace (in the values of the istiod chart: env.${ALLOWED}).`,
          setIstiodVariable(cluster, istiod, ALLOWED, [...allowed, namespace].join(",")),
        ),
      },
    ),
  ];
}
