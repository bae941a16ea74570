import { describe, expect, test } from "vitest";
import { envVars } from "../../../src/checks/env-vars/check.ts";
import type { IstiodFact } from "../../../src/model/facts.ts";
import { missing } from "../../../src/model/gathered.ts";
import { env, istiod, runCluster, service } from "../../support/facts.ts";
import { commandsOf, ofSeverity } from "../../support/verdict.ts";

const ALLOWED = "DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES";
const HEALTHY = { ENABLE_PEERING_DISCOVERY: "true", DISABLE_LEGACY_MULTICLUSTER: "true" };

function of(version: string, values: Record<string, string> = {}): IstiodFact {
  return istiod({
    env: env({ ...HEALTHY, ...values }),
    images: [{ container: "discovery", image: `r.example/pilot:${version}` }],
  });
}

function run(one: IstiodFact, ...namespaces: string[]) {
  const services = namespaces.map((namespace) =>
    service({ namespace, name: "gloo-mesh-mgmt-server" }),
  );
  return runCluster(envVars, { istiods: { judged: [one], others: [] }, services });
}

test.each(["1.27.7-solo", "1.28.4-solo", "1.28.5-solo", "1.29.0-solo", "1.30.3-solo"])(
  "%s refuses a management plane elsewhere that it does not list: a warning",
  (version) => {
    const verdict = run(of(version, { [ALLOWED]: "ops, " }), "solo-mesh");
    expect(ofSeverity(verdict, "warn").map(({ message }) => message)).toEqual([
      "istio-system/istiod: DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES does not list solo-mesh, where the management plane is: this version of istiod refuses it the debug endpoints",
    ]);
    expect(commandsOf(verdict, "warn")).toEqual([
      "kubectl --context ctx-a -n istio-system set env deployment/istiod -c discovery DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES=ops,solo-mesh",
    ]);
  },
);

describe("nothing is said", () => {
  test.each<[string, IstiodFact, string[]]>([
    ["of 1.26.4", of("1.26.4-solo"), ["solo-mesh"]],
    ["of 1.27.6", of("1.27.6-solo"), ["solo-mesh"]],
    ["of 1.28.3", of("1.28.3-solo"), ["solo-mesh"]],
    ["of a version that is not known", of("latest"), ["solo-mesh"]],
    [
      "where the namespace is listed",
      of("1.29.0-solo", { [ALLOWED]: "a, solo-mesh" }),
      ["solo-mesh"],
    ],
    [
      "where istiod asks nobody",
      of("1.29.0-solo", { ENABLE_DEBUG_ENDPOINT_AUTH: "false" }),
      ["solo-mesh"],
    ],
    ["of gloo-mesh and istiod's own namespace", of("1.29.0-solo"), ["gloo-mesh", "istio-system"]],
    ["without a management plane", of("1.29.0-solo"), []],
  ])("%s", (_, one, namespaces) => {
    expect(ofSeverity(run(one, ...namespaces), "warn")).toEqual([]);
  });
});

test("what was not read is told", () => {
  const hidden = istiod({
    images: [{ container: "discovery", image: "r.example/pilot:1.29.0-solo" }],
    env: new Map([
      ...env(HEALTHY),
      [ALLOWED, { kind: "unresolved", from: "ConfigMap x", why: "not found" } as const],
    ]),
  });
  expect(ofSeverity(run(hidden, "solo-mesh"), "info").map(({ message }) => message)).toEqual([
    "not checked: istio-system/istiod: DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES comes from ConfigMap x: not found",
  ]);
  const services = missing("forbidden", "refused");
  const verdict = runCluster(envVars, {
    istiods: { judged: [of("1.29.0-solo")], others: [] },
    services,
  });
  expect(ofSeverity(verdict, "info").map(({ message }) => message)).toEqual([
    "whether a management plane may ask istiod's debug endpoints not checked: refused",
  ]);
});
