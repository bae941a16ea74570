import { describe, expect, test } from "vitest";
import { certs } from "../../../src/checks/certs/check.ts";
import { missing } from "../../../src/model/gathered.ts";
import type { CertsData } from "../../../src/checks/certs/data.ts";
import {
  faults,
  messages,
  runCerts,
  statusOf,
  type Certificates,
} from "../../support/certs-run.ts";
import { healthyB, other, root } from "../../support/certs-roots.ts";
import { runMesh } from "../../support/facts.ts";

describe("what could not be read", () => {
  const forbidden = missing(
    "forbidden",
    'secrets "cacerts" is forbidden: User "viewer" cannot get resource "secrets" in API group "" in the namespace "istio-system"',
  );

  test("a forbidden Secret: roots are compared, a warning says the rest was not", async () => {
    const a: Certificates = { roots: [root], intermediate: forbidden };
    const verdict = await runCerts({ a, b: healthyB });
    expect(statusOf(verdict)).toBe("warn");
    const [warning] = faults(verdict);
    expect(warning?.message).toContain(
      'cluster ctx-a: intermediate certificates were not checked, only roots: secrets "cacerts" is forbidden',
    );
    expect(warning?.remediation?.commands).toEqual([
      "kubectl --context ctx-a -n istio-system create role mc-cacerts --verb=get --resource=secrets --resource-name=cacerts --resource-name=istio-ca-secret",
      "kubectl --context ctx-a -n istio-system create rolebinding mc-cacerts --role=mc-cacerts --user=viewer",
    ]);
    expect(messages(verdict, "pass")).toEqual([
      "cluster ctx-a has compatible intermediate certificates with cluster ctx-b",
      expect.stringMatching(
        /^cluster ctx-b has root CN=Root A.* of cluster ctx-a, whose intermediate certificate was not checked$/,
      ),
    ]);
    expect(verdict.data.pairs).toContainEqual({
      from: "ctx-b",
      to: "ctx-a",
      ok: true,
      by: "roots",
    });
    expect(verdict.data.clusters[0]).not.toHaveProperty("secret");
  });

  test("roots without one in common fail all the same", async () => {
    const verdict = await runCerts({
      a: { roots: [root], intermediate: forbidden },
      b: { roots: [other], intermediate: forbidden },
    });
    expect(messages(verdict, "fail")).toEqual(
      [
        expect.stringMatching(
          /^cluster ctx-b does not trust .* of cluster ctx-a: their bundles have no root in common: root CN=Root B.* against root CN=Root A/,
        ),
        expect.stringContaining(
          "cluster ctx-a does not trust the intermediate certificate of cluster ctx-b",
        ),
      ].toReversed(),
    );
    expect(faults(verdict).map(({ remediation }) => remediation?.summary)).toContainEqual(
      expect.stringContaining("Let one root sign"),
    );
  });

  test.for([
    [missing("forbidden", 'User "system:serviceaccount:ops:mc" cannot'), "--serviceaccount=ops:mc"],
    [missing("forbidden", "no"), "create role mc-cacerts"],
    [missing("not-recorded", "secrets are not in this bug report"), "get secrets cacerts"],
    [missing("timeout", "timed out"), "get secrets cacerts istio-ca-secret --ignore-not-found"],
  ] as const)("the remedy for %o", async ([cause, command]) => {
    const verdict = await runCerts({ a: { roots: [root], intermediate: cause } });
    expect(faults(verdict)[0]?.remediation?.commands.at(-1)).toContain(command);
  });

  test("an external CA: neither Secret is there", async () => {
    const external: Certificates = { roots: [root], intermediate: { secret: "none", keys: [] } };
    const verdict = await runCerts({
      a: { ...external, cluster: { contextArgument: "<context>" } },
      b: { ...external, roots: [other, root] },
    });
    expect(messages(verdict, "warn")[0]).toMatch(
      /neither Secret cacerts nor istio-ca-secret, one of which istiod makes when it signs: an external CA signs, or no istiod has started yet$/,
    );
    expect(faults(verdict)[0]?.remediation?.commands).toEqual([
      "istioctl --context '<context>' ztunnel-config certificates",
    ]);
    expect(messages(verdict, "pass")).toHaveLength(2);
    expect(statusOf(verdict)).toBe("warn");
  });

  test("a cluster with neither chain nor roots is in no pair", async () => {
    const verdict = await runCerts({
      a: { roots: null, intermediate: { secret: "none", keys: [] } },
      b: healthyB,
    });
    expect(verdict.data.pairs).toEqual([]);
    expect(messages(verdict, "fail")).toEqual([
      "cluster ctx-a: ConfigMap istio-system/istio-ca-root-cert has no key root-cert.pem",
    ]);
  });

  test("certificates that were parsed for other clusters only", () => {
    const none = new Map();
    const trust = {
      pems: none,
      verdicts: none,
      afterRestart: none,
      nextRoots: none,
      revocations: none,
    };
    const { data } = runMesh(certs, { a: {}, b: {} }, { artifacts: { trust } });
    expect((data as CertsData).pairs).toEqual([]);
  });
});
