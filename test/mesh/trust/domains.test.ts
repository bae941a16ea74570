import { describe, expect, test } from "vitest";
import { skipsValidation, trustDomainsOf } from "../../../src/mesh/trust/domains.ts";
import type { MeshConfigFact } from "../../../src/model/facts.ts";
import { gathered, missing } from "../../../src/model/gathered.ts";
import { env, istiod } from "../../support/facts.ts";

function config(revision: string, changes: Partial<MeshConfigFact> = {}): MeshConfigFact {
  return {
    revision,
    configMap: `istio-${revision}`,
    trustDomain: `${revision}.local`,
    trustDomainAliases: [`old-${revision}.local`],
    ...changes,
  };
}

const UNKNOWN = missing("forbidden", "deployments is forbidden");

function judged(...revisions: string[]) {
  return gathered({ judged: revisions.map((revision) => istiod({ revision })), others: [] });
}

describe("the trust domains of a cluster", () => {
  test("are those of the revisions that are judged", () => {
    const found = trustDomainsOf([config("a"), config("b")], judged("b"));
    expect(found).toEqual({
      domains: ["b.local"],
      aliases: ["old-b.local"],
      foreign: [],
      unreadable: [],
    });
  });

  test("are those of all where none of the judged is known, each once", () => {
    const configs = [config("a"), config("b"), config("c", { trustDomain: "a.local" })];
    for (const istiods of [UNKNOWN, judged("x")]) {
      expect(trustDomainsOf(configs, istiods).domains).toEqual(["a.local", "b.local"]);
    }
  });

  test("are the default without any configuration", () => {
    expect(trustDomainsOf([], UNKNOWN).domains).toEqual(["cluster.local"]);
  });

  test("are not known of what could not be parsed", () => {
    const broken = config("a", { unreadable: "bad indentation" });
    expect(trustDomainsOf([broken], UNKNOWN)).toEqual({
      domains: [],
      aliases: [],
      foreign: [],
      unreadable: [broken],
    });
  });
});

test("peers of any trust domain are taken where every ztunnel is told so", () => {
  const ztunnel = (value: string) => ({ env: env({ SKIP_VALIDATE_TRUST_DOMAIN: value }) });
  expect(skipsValidation([ztunnel("true"), ztunnel("true")])).toBe(true);
  expect(skipsValidation([ztunnel("true"), ztunnel("TRUE")])).toBe(false);
  expect(skipsValidation([{ env: env({}) }])).toBe(false);
  expect(skipsValidation([])).toBe(false);
});
