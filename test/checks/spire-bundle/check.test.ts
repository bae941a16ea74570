import { describe, expect, test } from "vitest";
import { forbid } from "../../support/source.ts";
import {
  change,
  type Change,
  config,
  lines,
  type SpireCase,
  spireFindings,
  without,
} from "../../support/spire.ts";

async function said(given: SpireCase = {}): Promise<string[]> {
  return lines((await spireFindings({ alone: true, ...given }))["spire-bundle"]);
}

const secret = (alter: (data: Record<string, string>) => void): Change =>
  change("Secret", "spiffe-upstream-ca", (object) =>
    alter(object["data"] as Record<string, string>),
  );
const bundle = (data: Record<string, string>): Change =>
  change("ConfigMap", "spire-bundle", (object) => {
    object["data"] = data;
  });
const server = (alter: (text: string) => string): Change =>
  config("spire-server", "server.conf", alter);

test("finds nothing where the roots are the CA's", async () => {
  expect(await said()).toEqual([]);
});

test("of clusters without SPIRE says nothing", async () => {
  const { "spire-bundle": found } = await spireFindings({ scenario: "healthy" });
  expect(found).toEqual([expect.objectContaining({ because: { notInUse: "SPIRE" } })]);
});

test("does not know of clusters that were not read", async () => {
  const refuse = forbid("list daemonsets");
  const { "spire-bundle": found } = await spireFindings({ alone: true, refuse });
  expect(lines(found)).toEqual(["skip: no cluster is known to take identities from SPIRE"]);
});

describe("what was not read is no fault", () => {
  test.each<[string, string]>([
    ["list pods", "trust bundle of SPIRE not checked: list pods is forbidden"],
    [
      "get spire-server/secrets/spiffe-upstream-ca",
      "upstream CA of SPIRE in spire-server not checked",
    ],
    ["get spire-server/configmaps/spire-bundle", "trust bundle of SPIRE not checked"],
  ])("%s", async (request, message) => {
    const refuse = (line: string) => (line === request ? forbid(line)(line) : undefined);
    const found = await said({ refuse });
    expect(found.map((one) => one.startsWith("info: "))).toEqual([true]);
    expect(found[0]).toContain(message);
  });
});

test("of the Secret it is said what cannot be read", async () => {
  expect(await said({ changes: [secret((data) => delete data["tls.crt"])] })).toEqual([
    "info: upstream CA in Secret spire-server/spiffe-upstream-ca not checked: none of the keys that mc reads has it",
  ]);
  expect(await said({ changes: [secret((data) => (data["tls.crt"] = "eA=="))] })).toEqual([
    "fail: Secret spire-server/spiffe-upstream-ca has no certificate that can be read",
  ]);
  expect(await said({ changes: [secret((data) => delete data["bundle.crt"])] })).toEqual([
    "fail: Secret spire-server/spiffe-upstream-ca has no key for the file of roots that SPIRE's server is configured with",
  ]);
  expect(await said({ changes: [secret((data) => (data["bundle.crt"] = "eA=="))] })).toEqual([]);
});

test("a root that signs needs no file of roots", async () => {
  const changes = [
    secret((data) => (data["tls.crt"] = data["bundle.crt"] ?? "")),
    server((text) => text.replace("bundle_file_path", "other")),
  ];
  expect(await said({ changes })).toEqual([]);
});

test("a server without an upstream CA is a root of its own", async () => {
  const found = await said({
    changes: [server((text) => text.replace("UpstreamAuthority", "Other"))],
  });
  expect(found).toEqual([
    expect.stringMatching(/^info: SPIRE's server in spire-server has no UpstreamAuthority/),
  ]);
  const vault = await said({ changes: [server((text) => text.replace('"disk"', '"vault"'))] });
  expect(vault).toEqual([
    "info: upstream CA of SPIRE in spire-server not checked: plugin vault has it",
  ]);
});

describe("the trust bundle", () => {
  test("may be missing, empty or not readable", async () => {
    const gone = without(
      ({ kind, metadata }) => kind === "ConfigMap" && metadata.name === "spire-bundle",
    );
    expect(await said({ changes: [gone] })).toEqual([
      "fail: ConfigMap spire-server/spire-bundle does not exist: agents do not start without the trust bundle",
    ]);
    expect(await said({ changes: [bundle({ "bundle.spiffe": "x" })] })).toEqual([
      "error: key bundle.spiffe of ConfigMap spire-server/spire-bundle cannot be parsed, so it was not judged: it is not JSON",
    ]);
    for (const data of [{ "bundle.crt": "" }, { "bundle.spiffe": '{"keys":[]}' }]) {
      expect(await said({ changes: [bundle(data)] })).toEqual([
        "fail: the trust bundle in ConfigMap spire-server/spire-bundle has no certificate that can be read",
      ]);
    }
  });
});

describe("what is not there to be judged is told", () => {
  test.each<[string, readonly Change[], string]>([
    [
      "no server",
      [without(({ metadata }) => metadata.name === "spire-server-0")],
      "info: upstream CA of SPIRE not checked: no server is in the cluster",
    ],
    [
      "no server.conf",
      [server(() => "{}"), change("ConfigMap", "spire-server", (object) => delete object["data"])],
      "info: upstream CA of SPIRE in spire-server not checked: no server.conf was found",
    ],
    [
      "a server.conf that cannot be parsed",
      [server(() => "server {")],
      "info: upstream CA of SPIRE in spire-server not checked: server.conf cannot be parsed",
    ],
    [
      "no Secret at the files",
      [server((text) => text.replace("/run/spire/upstream_ca/tls.crt", "/elsewhere/tls.crt"))],
      "info: upstream CA of SPIRE in spire-server not checked: no Secret is mounted where its files are",
    ],
    [
      "an agent that names no bundle",
      [config("spire-agent", "agent.conf", (text) => text.replace("trust_bundle_path", "other"))],
      "info: trust bundle of SPIRE not checked: no configuration of an agent that was read names it",
    ],
  ])("%s", async (_, changes, message) => {
    expect(await said({ changes })).toEqual([message]);
  });

  test("configurations that were not read", async () => {
    expect(await said({ refuse: forbid("get spire-server") })).toEqual([
      expect.stringContaining("upstream CA of SPIRE in spire-server not checked: get spire-server"),
      expect.stringContaining("trust bundle of SPIRE not checked: no configuration of an agent"),
    ]);
  });
});
