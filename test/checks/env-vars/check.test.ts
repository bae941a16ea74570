import { describe, expect, test } from "vitest";
import { envVars } from "../../../src/checks/env-vars/check.ts";
import type { EnvValue, IstiodFact, MeshConfigFact } from "../../../src/model/facts.ts";
import { missing } from "../../../src/model/gathered.ts";
import type { Verdict } from "../../../src/model/check.ts";
import { env, istiod, runCluster, workload } from "../../support/facts.ts";

const HEALTHY = { ENABLE_PEERING_DISCOVERY: "true", DISABLE_LEGACY_MULTICLUSTER: "true" };
const SET_ENV = "kubectl --context ctx-a -n istio-system set env deployment/istiod -c discovery";
const FORBIDDEN = missing("forbidden", "it is forbidden");

function withEnv(values: Record<string, string>, changes: Partial<IstiodFact> = {}): IstiodFact {
  return istiod({ env: env({ ...HEALTHY, ...values }), ...changes });
}

function run(judged: IstiodFact[], others: IstiodFact[] = []): Verdict {
  return runCluster(envVars, { istiods: { judged, others } });
}

function tag(version: string) {
  return { images: [{ container: "discovery", image: `r.example/pilot:${version}` }] };
}

function outcomes({ findings }: Verdict): [string, string][] {
  return findings
    .filter(({ severity }) => severity !== "pass")
    .map(({ severity, message }) => [severity, message]);
}

/** A healthy istiod with that variable. */
function variable(name: string) {
  return { judge: (value: string): Verdict => run([withEnv({ [name]: value })]) };
}

function unresolved(name: string, from: string, perhaps?: true): Verdict {
  const variables = new Map<string, EnvValue>([
    ...env(HEALTHY),
    [name, { kind: "unresolved", from, why: "not found", ...(perhaps && { perhaps }) }],
  ]);
  return run([istiod({ env: variables })]);
}

/** An istiod that peers, and says nothing of community multicluster. */
function peering(changes: Partial<IstiodFact>, values: Record<string, string> = {}): Verdict {
  return run([istiod({ env: env({ ENABLE_PEERING_DISCOVERY: "true", ...values }), ...changes })]);
}

function config(trustDomain: string, changes: Partial<MeshConfigFact> = {}): MeshConfigFact {
  return {
    revision: "default",
    configMap: "istio",
    trustDomain,
    trustDomainAliases: [],
    ...changes,
  };
}

test("healthy, as in the sample", () => {
  const { summary, findings } = runCluster(envVars);
  expect(summary).toBe("all relevant environment variables are valid");
  expect(findings.map(({ severity, message }) => [severity, message])).toEqual([
    ["pass", 'K8S_SELECT_WORKLOAD_ENTRIES is valid ("")'],
    ["pass", 'ENABLE_PEERING_DISCOVERY is valid ("true")'],
  ]);
  expect(findings[0]?.object).toEqual({
    kind: "Deployment",
    namespace: "istio-system",
    name: "istiod",
  });
});

describe("ENABLE_PEERING_DISCOVERY", () => {
  test.each(["1", "t", "T", "TRUE", "True"])("%s is true to istiod", (value) => {
    expect(outcomes(run([withEnv({ ENABLE_PEERING_DISCOVERY: value })]))).toEqual([]);
  });

  test.each(["false", "yes", "on", " true", "0"])("%j fails", (value) => {
    const verdict = run([withEnv({ ENABLE_PEERING_DISCOVERY: value })]);
    expect(verdict.summary).toBe(
      `istio-system/istiod: ENABLE_PEERING_DISCOVERY is not valid (${JSON.stringify(value)}): it must be true`,
    );
    expect(outcomes(verdict)).toEqual([["fail", verdict.summary]]);
    const remediation = verdict.findings[1]?.remediation;
    expect(remediation?.summary).toContain("platforms.peering.enabled=true");
    expect(remediation?.commands).toEqual([`${SET_ENV} ENABLE_PEERING_DISCOVERY=true`]);
  });

  test.each([{}, { ENABLE_PEERING_DISCOVERY: "" }])("%j is not set", (values) => {
    const verdict = run([istiod({ env: env({ DISABLE_LEGACY_MULTICLUSTER: "true", ...values }) })]);
    expect(outcomes(verdict)).toEqual([
      ["fail", "istio-system/istiod: ENABLE_PEERING_DISCOVERY is not set: it must be true"],
    ]);
  });

  test("a value by reference says where it comes from", () => {
    const from = "ConfigMap istio-system/settings key peering";
    const judge = (value: string) =>
      run([
        istiod({
          env: new Map<string, EnvValue>([
            ...env({ DISABLE_LEGACY_MULTICLUSTER: "true" }),
            ["ENABLE_PEERING_DISCOVERY", { kind: "value", value, from }],
          ]),
        }),
      ]).findings[1]?.message;
    expect(judge("true")).toBe(`ENABLE_PEERING_DISCOVERY is valid ("true") from ${from}`);
    expect(judge("no")).toContain(`is not valid ("no") from ${from}`);
  });
});

test("K8S_SELECT_WORKLOAD_ENTRIES may be empty or true, nothing else", () => {
  const { judge } = variable("K8S_SELECT_WORKLOAD_ENTRIES");
  expect(judge("").findings[0]?.message).toBe('K8S_SELECT_WORKLOAD_ENTRIES is valid ("")');
  expect(judge("true").findings[0]?.message).toBe('K8S_SELECT_WORKLOAD_ENTRIES is valid ("true")');
  for (const value of ["false", "maybe"]) {
    expect(outcomes(judge(value))).toEqual([
      [
        "fail",
        `istio-system/istiod: K8S_SELECT_WORKLOAD_ENTRIES is not valid ("${value}"): it must be true or not set`,
      ],
    ]);
  }
  expect(judge("false").findings[0]?.remediation?.commands).toEqual([
    `${SET_ENV} K8S_SELECT_WORKLOAD_ENTRIES=true`,
  ]);
});

describe("a variable that could not be read", () => {
  test.each([
    [
      "ConfigMap istio-system/settings key peering",
      "kubectl --context ctx-a -n istio-system get configmap settings",
    ],
    [
      "Secret istio-system/settings key peering",
      "kubectl --context ctx-a -n istio-system get secret settings",
    ],
    ["field status.podIP", "kubectl --context ctx-a -n istio-system get deployment/istiod -o yaml"],
  ])("from %s is an error", (from, command) => {
    const verdict = unresolved("ENABLE_PEERING_DISCOVERY", from);
    expect(outcomes(verdict)).toEqual([
      [
        "error",
        `istio-system/istiod: ENABLE_PEERING_DISCOVERY could not be read from ${from}: not found`,
      ],
    ]);
    expect(verdict.findings[1]?.remediation?.commands).toEqual([
      command,
      `${SET_ENV} ENABLE_PEERING_DISCOVERY=true`,
    ]);
  });

  test("one that may come from a whole Secret is an error where it is required", () => {
    const verdict = unresolved("ENABLE_PEERING_DISCOVERY", "Secret istio-system/env", true);
    const said = "ENABLE_PEERING_DISCOVERY may come from Secret istio-system/env: not found";
    expect(outcomes(verdict)).toEqual([["error", `istio-system/istiod: ${said}`]]);
    expect(verdict.findings[1]?.remediation).toEqual({
      summary:
        "Set ENABLE_PEERING_DISCOVERY to true directly (platforms.peering.enabled=true in the values of the istiod chart).",
      commands: [
        "kubectl --context ctx-a -n istio-system get secret env",
        `${SET_ENV} ENABLE_PEERING_DISCOVERY=true`,
      ],
    });
  });

  test.each(["K8S_SELECT_WORKLOAD_ENTRIES", "DISABLE_LEGACY_MULTICLUSTER"])(
    "%s may be left out, so it is not checked then",
    (name) => {
      expect(outcomes(unresolved(name, "Secret istio-system/env", true))).toEqual([
        [
          "info",
          `not checked: istio-system/istiod: ${name} may come from Secret istio-system/env: not found`,
        ],
      ]);
    },
  );

  test("one that is only recommended is not checked", () => {
    expect(outcomes(unresolved("DISABLE_LEGACY_MULTICLUSTER", "variable X"))).toEqual([
      [
        "info",
        "not checked: istio-system/istiod: DISABLE_LEGACY_MULTICLUSTER could not be read from variable X: not found",
      ],
    ]);
  });
});

describe("DISABLE_LEGACY_MULTICLUSTER", () => {
  test.each(["1.28.0-solo", "1.28.0-alpha.0-solo", "1.29.1-solo-distroless"])(
    "not set warns in %s",
    (version) => {
      const verdict = peering(tag(version));
      expect(outcomes(verdict)).toEqual([
        [
          "warn",
          "istio-system/istiod: DISABLE_LEGACY_MULTICLUSTER is not set: istiod would act on remote secrets of community multicluster",
        ],
      ]);
      expect(verdict.findings[2]?.remediation?.commands).toEqual([
        `${SET_ENV} DISABLE_LEGACY_MULTICLUSTER=true`,
      ]);
    },
  );

  test("another value warns", () => {
    const verdict = peering(tag("1.28.5-solo"), { DISABLE_LEGACY_MULTICLUSTER: "false" });
    expect(verdict.summary).toContain('DISABLE_LEGACY_MULTICLUSTER is "false", not true');
  });

  test("does not exist before 1.28", () => {
    expect(outcomes(peering(tag("1.27.9-solo")))).toEqual([]);
  });

  test("the version may be that of the label", () => {
    const images = [{ container: "discovery", image: "r.example/pilot@sha256:00" }];
    expect(outcomes(peering({ images, versionLabel: "1.27.9-solo" }))).toEqual([]);
    expect(outcomes(peering({ images, versionLabel: "1.28.5-solo" }))).toHaveLength(1);
  });

  test("with an unknown version it is not checked, unless it is fine", () => {
    expect(outcomes(peering(tag("prod")))).toEqual([
      [
        "info",
        "istio-system/istiod: DISABLE_LEGACY_MULTICLUSTER not checked: version unknown, its tag prod is no version and label app.kubernetes.io/version gives none",
      ],
    ]);
    expect(outcomes(peering(tag("prod"), { DISABLE_LEGACY_MULTICLUSTER: "true" }))).toEqual([]);
  });
});

describe("remote secrets", () => {
  const remoteSecrets = [
    { namespace: "istio-system", name: "istio-remote-secret-b", cluster: "b" },
    { namespace: "istio-system", name: "istio-remote-secret-c" },
    { namespace: "old", name: "istio-remote-secret-d" },
  ];

  test("beside peering warn, with one command a namespace", () => {
    const verdict = runCluster(envVars, {
      remoteSecrets,
      istiods: {
        judged: [istiod({ env: env({ ENABLE_PEERING_DISCOVERY: "true" }), ...tag("1.27.9-solo") })],
        others: [],
      },
    });
    expect(outcomes(verdict)).toEqual([
      [
        "warn",
        "remote secrets of community multicluster exist beside peering: istio-system/istio-remote-secret-b, istio-system/istio-remote-secret-c, old/istio-remote-secret-d",
      ],
    ]);
    expect(verdict.findings.at(-1)?.object?.name).toBe("istio-remote-secret-b");
    expect(verdict.findings.at(-1)?.remediation).toEqual({
      summary: "Delete them once no istiod needs them.",
      commands: [
        "kubectl --context ctx-a -n istio-system delete secret istio-remote-secret-b istio-remote-secret-c",
        "kubectl --context ctx-a -n old delete secret istio-remote-secret-d",
      ],
    });
  });

  test("warn also where istiod ignores them, and name the other istiods", () => {
    const verdict = runCluster(envVars, {
      remoteSecrets,
      istiods: {
        judged: [istiod()],
        others: [istiod({ name: "istiod-1-26", revision: "1-26", peering: false, env: env({}) })],
      },
    });
    expect(outcomes(verdict)[0]).toEqual([
      "warn",
      "remote secrets of community multicluster exist beside peering (DISABLE_LEGACY_MULTICLUSTER makes istiod ignore them): istio-system/istio-remote-secret-b, istio-system/istio-remote-secret-c, old/istio-remote-secret-d",
    ]);
    expect(verdict.findings[2]?.remediation?.summary).toContain("istio-system/istiod-1-26");
  });

  test("are what community multicluster needs when nothing peers", () => {
    const verdict = runCluster(envVars, {
      remoteSecrets,
      istiods: {
        judged: [istiod({ env: env({ DISABLE_LEGACY_MULTICLUSTER: "true" }), peering: false })],
        others: [],
      },
    });
    expect(outcomes(verdict).map(([severity]) => severity)).toEqual(["fail"]);
  });

  test("that could not be listed are not checked", () => {
    const verdict = runCluster(envVars, { remoteSecrets: FORBIDDEN });
    expect(outcomes(verdict)).toEqual([["info", "remote secrets not checked: it is forbidden"]]);
    expect(verdict.summary).toBe("all relevant environment variables are valid");
  });
});

test("PILOT_ENABLE_IP_AUTOALLOCATE warns when it is false", () => {
  const { judge } = variable("PILOT_ENABLE_IP_AUTOALLOCATE");
  const verdict = judge("false");
  expect(outcomes(verdict)).toEqual([
    [
      "warn",
      'istio-system/istiod: PILOT_ENABLE_IP_AUTOALLOCATE is "false", not true: services of other clusters get no address',
    ],
  ]);
  expect(verdict.findings[2]?.remediation?.commands).toEqual([
    `${SET_ENV} PILOT_ENABLE_IP_AUTOALLOCATE=true`,
  ]);
  for (const value of ["true", "", "maybe"]) expect(outcomes(judge(value))).toEqual([]);
});

describe("trust domain", () => {
  const skipping = withEnv({ PILOT_SKIP_VALIDATE_TRUST_DOMAIN: "true" });

  test("one of its own asks istiod and ztunnel to skip validation", () => {
    const verdict = runCluster(envVars, { meshConfigs: [config("a.example")] });
    expect(outcomes(verdict)).toEqual([
      [
        "warn",
        "istio-system/istiod: PILOT_SKIP_VALIDATE_TRUST_DOMAIN is not set: the mesh's trust domain is a.example",
      ],
      [
        "warn",
        "istio-system/ztunnel: SKIP_VALIDATE_TRUST_DOMAIN is not set: the mesh's trust domain is a.example",
      ],
    ]);
    expect(verdict.summary).toBe("2 warnings");
    expect(verdict.findings.slice(2).map(({ remediation }) => remediation?.commands)).toEqual([
      [`${SET_ENV} PILOT_SKIP_VALIDATE_TRUST_DOMAIN=true`],
      [
        "kubectl --context ctx-a -n istio-system set env daemonset/ztunnel -c istio-proxy SKIP_VALIDATE_TRUST_DOMAIN=true",
      ],
    ]);
  });

  test("with both set it is fine; ztunnel reads only `true`", () => {
    const judged = ["true", "True"].map((value) =>
      runCluster(envVars, {
        istiods: { judged: [skipping], others: [] },
        meshConfigs: [config("a.example")],
        ztunnels: [workload({ env: env({ SKIP_VALIDATE_TRUST_DOMAIN: value }) })],
      }),
    );
    expect(judged.map((verdict) => outcomes(verdict).length)).toEqual([0, 1]);
  });

  test("the configuration is that of the revision; none means the default", () => {
    const meshConfigs = [config("a.example", { revision: "other", configMap: "istio-other" })];
    expect(outcomes(runCluster(envVars, { meshConfigs }))).toEqual([]);
    expect(outcomes(runCluster(envVars, { meshConfigs: [] }))).toEqual([]);
  });

  test("what could not be read is not checked", () => {
    expect(outcomes(runCluster(envVars, { meshConfigs: FORBIDDEN }))).toEqual([
      ["info", "trust domain not checked: it is forbidden"],
    ]);
    const unreadable = config("cluster.local", { unreadable: "bad indentation" });
    expect(outcomes(runCluster(envVars, { meshConfigs: [unreadable] }))).toEqual([
      ["info", "trust domain not checked: ConfigMap istio: bad indentation"],
    ]);
    const verdict = runCluster(envVars, {
      istiods: { judged: [skipping], others: [] },
      meshConfigs: [config("a.example")],
      ztunnels: FORBIDDEN,
    });
    expect(outcomes(verdict)).toEqual([
      ["info", "SKIP_VALIDATE_TRUST_DOMAIN of ztunnel not checked: it is forbidden"],
    ]);
  });
});

describe("several istiods", () => {
  const canary = withEnv({}, { name: "istiod-1-29", revision: "1-29" });
  const legacy = istiod({ name: "istiod-1-26", revision: "1-26", peering: false, env: env({}) });

  test("each judged one is named", () => {
    const { summary, findings } = run([istiod(), canary]);
    expect(summary).toBe("all relevant environment variables are valid");
    expect(findings.map(({ message }) => message)).toEqual([
      'istio-system/istiod: K8S_SELECT_WORKLOAD_ENTRIES is valid ("")',
      'istio-system/istiod: ENABLE_PEERING_DISCOVERY is valid ("true")',
      'istio-system/istiod-1-29: K8S_SELECT_WORKLOAD_ENTRIES is valid ("")',
      'istio-system/istiod-1-29: ENABLE_PEERING_DISCOVERY is valid ("true")',
    ]);
  });

  test("those not judged are listed with the reason", () => {
    const verdict = run([istiod()], [legacy]);
    expect(verdict.summary).toBe("all relevant environment variables are valid");
    expect(outcomes(verdict)).toEqual([
      ["info", "istio-system/istiod-1-26 (revision 1-26) not judged: peering is not enabled"],
    ]);
    const unread = istiod({
      name: "istiod-x",
      revision: "x",
      env: new Map([["ENABLE_PEERING_DISCOVERY", { kind: "unresolved", from: "f", why: "w" }]]),
    });
    expect(outcomes(run([istiod()], [unread]))[0]?.[1]).toBe(
      "istio-system/istiod-x (revision x) not judged: ENABLE_PEERING_DISCOVERY could not be read",
    );
    const named = runCluster(
      envVars,
      { istiods: { judged: [canary], others: [legacy] } },
      { revision: "1-29" },
    );
    expect(outcomes(named)[0]?.[1]).toBe(
      "istio-system/istiod-1-26 (revision 1-26) not judged: -r names revision 1-29",
    );
  });

  test("no istiod of the revision names those that exist", () => {
    const verdict = runCluster(
      envVars,
      { istiods: { judged: [], others: [istiod(), legacy] } },
      { revision: "1-30" },
    );
    expect(outcomes(verdict)).toEqual([
      [
        "fail",
        "no istiod of revision 1-30; there are: default (istio-system/istiod), 1-26 (istio-system/istiod-1-26)",
      ],
    ]);
    expect(verdict.findings[0]?.remediation?.commands).toEqual([
      "kubectl --context ctx-a get deployments -A -l app=istiod --show-labels",
    ]);
  });
});

describe("what keeps the cluster from peering", () => {
  const off = withEnv({ ENABLE_PEERING_DISCOVERY: "false" }, { peering: false });
  const unread = new Map<string, EnvValue>([
    ["ENABLE_PEERING_DISCOVERY", { kind: "unresolved", from: "Secret ns/x key y", why: "no" }],
  ]);
  const stops = (judged: IstiodFact[], others: IstiodFact[] = [], revision = "default") => {
    const verdict = runCluster(envVars, { istiods: { judged, others } }, { revision });
    return verdict.findings
      .filter(({ stopsPeering }) => stopsPeering)
      .map(({ message }) => message);
  };
  const peeringOff =
    'istio-system/istiod: ENABLE_PEERING_DISCOVERY is not valid ("false"): it must be true';

  test("peering that is off, and no other variable", () => {
    expect(stops([off])).toEqual([peeringOff]);
    const select = { K8S_SELECT_WORKLOAD_ENTRIES: "false" };
    expect(stops([withEnv(select)])).toEqual([]);
    expect(stops([withEnv({ ...select, ENABLE_PEERING_DISCOVERY: "false" })])).toEqual([
      peeringOff,
    ]);
  });

  test("not while another istiod peers or may do so", () => {
    expect(stops([off], [istiod({ name: "peering" })])).toEqual([]);
    expect(stops([off], [istiod({ name: "unread", env: unread })])).toEqual([]);
    expect(stops([off], [withEnv({}, { hasDiscovery: false })])).toEqual([]);
    expect(stops([off], [off])).toEqual([peeringOff]);
  });

  test("no istiod, or none that peers beside the revision asked for", () => {
    expect(stops([])).toEqual(["no istiod Deployment (app=istiod) in any namespace"]);
    expect(stops([], [off], "nope")).toHaveLength(1);
    expect(stops([], [off, istiod()], "nope")).toEqual([]);
  });
});

test("no istiod at all", () => {
  const { summary, findings } = run([]);
  expect(summary).toBe("no istiod Deployment (app=istiod) in any namespace");
  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatchObject({
    severity: "fail",
    remediation: {
      commands: [
        'helm upgrade --install istiod "oci://${HELM_REPO:?}/istiod" --kube-context ctx-a -n istio-system --version "${ISTIO_IMAGE:?}" --set "profile=ambient" --set "platforms.peering.enabled=true" --set "license.value=${SOLO_ISTIO_LICENSE_KEY:?}" --set global.network=net-a --set global.multiCluster.clusterName=net-a',
        "kubectl --context ctx-a get deployments -A -l app=istiod --show-labels",
      ],
    },
  });
});

test("an istiod without container discovery", () => {
  const verdict = run([istiod({ hasDiscovery: false, env: env({}), images: [] })]);
  expect(outcomes(verdict)).toEqual([
    ["fail", "istio-system/istiod has no container discovery: its variables cannot be judged"],
  ]);
  expect(verdict.findings[0]?.remediation?.commands).toEqual([
    "kubectl --context ctx-a -n istio-system describe deployment/istiod",
  ]);
});
