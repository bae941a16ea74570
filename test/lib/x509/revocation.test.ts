import { describe, expect, test } from "vitest";
import { judgeTrust, type TrustInput } from "../../../src/lib/x509/index.ts";
import { gathered } from "../../../src/model/gathered.ts";
import type { RevocationFacts, TrustVerdict } from "../../../src/model/trust.ts";
import {
  DAY,
  makeIntermediate,
  makeRevocationList,
  makeRoot,
  toPem,
  type Authority,
  type CertificateOptions,
  type KeyKind,
} from "../../support/certificates.ts";
import { NOW } from "../../support/facts.ts";

const MAY_SIGN_LISTS: CertificateOptions = { keyUsage: ["keyCertSign", "cRLSign"] };

function cluster(context: string, root: Authority, signing: Authority, crl?: string): TrustInput {
  const intermediate = {
    secret: "cacerts" as const,
    certificate: signing.pem,
    chain: signing.pem + root.pem,
    root: root.pem,
    keys: [],
    ...(crl === undefined ? {} : { crl }),
  };
  return {
    ref: { context, now: NOW },
    facts: {
      rootCertificate: gathered({ pem: root.pem }),
      intermediate: gathered(intermediate),
    },
  };
}

interface Judged {
  verdict: TrustVerdict | undefined;
  lists: RevocationFacts | undefined;
  problems: readonly string[] | undefined;
}

async function judge(root: Authority, signing: Authority, crl: string): Promise<Judged> {
  const trust = await judgeTrust([cluster("a", root, signing, crl)]);
  return {
    verdict: trust.verdicts.get("a")?.get("a"),
    lists: trust.revocations.get("a"),
    problems: trust.pems.get(crl)?.problems,
  };
}

const subjects = (all: readonly { subject: string }[] | undefined): string[] | undefined =>
  all?.map(({ subject }) => subject);

describe("a revoked intermediate", () => {
  test.for<KeyKind>(["P-256", "P-384", "RSA 2048", "Ed25519"])("by a %s root", async (key) => {
    const root = await makeRoot("Root CA", { ...MAY_SIGN_LISTS, key });
    const signing = await makeIntermediate(root, "a", MAY_SIGN_LISTS);
    const lists =
      (await makeRevocationList(root, [signing])) + (await makeRevocationList(signing, []));
    const judged = await judge(root, signing, lists);
    expect(judged.verdict).toMatchObject({
      ok: false,
      fault: "revoked",
      reason: "CN=Intermediate CA,O=Istio,L=a is revoked by a list of CN=Root CA,O=Istio",
    });
    expect(judged.lists).toEqual({ without: [], overdue: [] });
  });

  test("is one to those clusters that have the list", async () => {
    const root = await makeRoot("Root CA", MAY_SIGN_LISTS);
    const [a, b] = [await makeIntermediate(root, "a"), await makeIntermediate(root, "b")];
    const { verdicts } = await judgeTrust([
      cluster("a", root, a, await makeRevocationList(root, [b])),
      cluster("b", root, b),
    ]);
    const ok = (from: string, to: string) => verdicts.get(from)?.get(to)?.ok;
    expect([ok("a", "a"), ok("a", "b"), ok("b", "a"), ok("b", "b")]).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });

  test("is none by a list that another has signed", async () => {
    const [root, other] = [
      await makeRoot("Root CA", MAY_SIGN_LISTS),
      await makeRoot("Root CA", MAY_SIGN_LISTS),
    ];
    const signing = await makeIntermediate(root, "a", MAY_SIGN_LISTS);
    const { verdict, lists } = await judge(
      root,
      signing,
      await makeRevocationList(other, [signing]),
    );
    expect(verdict?.ok).toBe(true);
    expect(lists?.without).toHaveLength(2);
  });
});

describe("once there are lists", () => {
  test("each certificate of the chain must have signed one", async () => {
    const root = await makeRoot("Root CA", MAY_SIGN_LISTS);
    const signing = await makeIntermediate(root, "a", MAY_SIGN_LISTS);
    const { lists } = await judge(root, signing, await makeRevocationList(root, []));
    expect(subjects(lists?.without)).toEqual(["CN=Intermediate CA,O=Istio,L=a"]);
  });

  test("the key usage of certificates as Istio's Makefile makes them allows none", async () => {
    const root = await makeRoot();
    const signing = await makeIntermediate(root);
    const both = (await makeRevocationList(root, [])) + (await makeRevocationList(signing, []));
    const { lists } = await judge(root, signing, both);
    expect(lists?.without).toHaveLength(2);
  });

  test("without key usage every use is allowed, to CAs", async () => {
    const root = await makeRoot("Root CA", { keyUsage: null });
    const signing = await makeIntermediate(root, "a", { keyUsage: null, ca: null });
    const both = (await makeRevocationList(root, [])) + (await makeRevocationList(signing, []));
    const { lists } = await judge(root, signing, both);
    expect(subjects(lists?.without)).toEqual(["CN=Intermediate CA,O=Istio,L=a"]);
  });

  test("none may be out of date", async () => {
    const root = await makeRoot("Root CA", MAY_SIGN_LISTS);
    const signing = await makeIntermediate(root, "a", MAY_SIGN_LISTS);
    const both =
      (await makeRevocationList(root, [], NOW - DAY / 2)) + (await makeRevocationList(signing, []));
    const { lists } = await judge(root, signing, both);
    expect(subjects(lists?.overdue)).toEqual(["CN=Root CA,O=Istio"]);
  });

  test("what is none is said", async () => {
    const root = await makeRoot("Root CA", MAY_SIGN_LISTS);
    const label = (pem: string): string =>
      pem.replaceAll(/(BEGIN|END) CERTIFICATE/g, "$1 X509 CRL");
    const odd = label(root.pem) + label(toPem(new Uint8Array([0x30, 0x00, 0x00])));
    const { lists, problems } = await judge(root, await makeIntermediate(root), odd);
    expect(problems).toEqual(["revocation list 1 is none", "revocation list 2 is none"]);
    expect(lists?.without).toHaveLength(2);
  });

  test("and only then: without lists there is nothing to say of them", async () => {
    const root = await makeRoot();
    const { revocations } = await judgeTrust([cluster("a", root, await makeIntermediate(root))]);
    expect(revocations.size).toBe(0);
  });
});
