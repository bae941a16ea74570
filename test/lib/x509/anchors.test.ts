import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { AnchorJudge } from "../../../src/lib/x509/anchors.ts";
import type { TrustFault } from "../../../src/model/trust.ts";
import {
  type Authority,
  type CertificateOptions,
  DAY,
  makeLeaf,
  makeRoot,
  versionOne,
} from "../../support/certificates.ts";
import { NOW } from "../../support/facts.ts";

/*
 * Go 1.26 (crypto/x509) and rustls-webpki 0.103 were given each of these chains, with a server's CA and a
 * leaf below it. Both take whatever certificate is an anchor, self-signed or not and of any version. Go
 * holds it to the rules for CAs, and so does `asGo`; rustls takes its name and key. Two faults are Go's and
 * OpenSSL's alone, as rustls looks neither at the dates of anchors nor at the key usage of CAs: they are
 * faults here because SPIRE's server and Envoy refuse what rustls lets through.
 */
interface AnchorCase {
  name: string;
  /** What is wrong; absent when the anchors verify what the server below the upstream CA signs. */
  fault?: TrustFault;
  /** What Go refuses of the anchor, which rustls takes. */
  go?: TrustFault;
  make: () => Promise<{ anchors: Authority[]; upstream: Authority; above?: Authority[] }>;
  /** Why OpenSSL says otherwise. */
  differs?: string;
}

const root = (options: CertificateOptions = {}): Promise<Authority> =>
  makeRoot("SPIRE Root CA", options);
const below = (issuer: Authority, options: CertificateOptions = {}): Promise<Authority> =>
  makeRoot("SPIRE CA", { issuer, pathLength: 1, ...options });

function under(
  name: string,
  anchor: CertificateOptions,
  upstream: CertificateOptions = {},
  rest: Partial<AnchorCase> = {},
): AnchorCase {
  return {
    name,
    ...rest,
    async make() {
      const top = await root(anchor);
      return { anchors: [top], upstream: await below(top, upstream) };
    },
  };
}

const CASES: readonly AnchorCase[] = [
  under("a root of version 3", { pathLength: 2 }),
  {
    name: "a root of version 1, as the guide makes it",
    async make() {
      const top = await versionOne(await root());
      return { anchors: [top], upstream: await below(top) };
    },
  },
  under("a root of version 3 without basic constraints", { ca: null }, {}, { go: "not-a-ca" }),
  under(
    "a root that says CA:false",
    { ca: false },
    {},
    {
      go: "not-a-ca",
      differs: "OpenSSL and Go hold anchors to CA:true; rustls takes their name and key",
    },
  ),
  under(
    "a root that may not sign by its key usage",
    { keyUsage: ["digitalSignature"] },
    {},
    {
      go: "key-usage",
      differs: "OpenSSL and Go hold anchors to their key usage; rustls does not",
    },
  ),
  under(
    "a root with too short a path length",
    { pathLength: 0 },
    {},
    {
      go: "path-length",
      differs: "OpenSSL and Go hold anchors to their path length; rustls does not",
    },
  ),
  {
    name: "an intermediate certificate as the anchor",
    async make() {
      const upstream = await below(await root());
      return { anchors: [upstream], upstream };
    },
  },
  {
    name: "an intermediate certificate above the upstream CA as the anchor",
    async make() {
      const middle = await below(await root(), { subject: "CN=Middle", pathLength: 2 });
      return { anchors: [middle], upstream: await below(middle) };
    },
  },
  {
    name: "the same key and name in another certificate",
    async make() {
      const top = await root();
      const upstream = await below(top);
      const again = await root({ key: top.keys, serial: "0badcafe" });
      return { anchors: [again], upstream, above: [top] };
    },
  },
  {
    name: "the same name and another key",
    fault: "other-key",
    make: async () => ({ anchors: [await root()], upstream: await below(await root()) }),
  },
  {
    name: "another root",
    fault: "unknown-issuer",
    async make() {
      const top = await root();
      return { anchors: [await makeRoot("Other")], upstream: await below(top), above: [top] };
    },
  },
  under("an upstream CA without CA:true", {}, { ca: false }, { fault: "not-a-ca" }),
  under(
    "an upstream CA that may not sign",
    {},
    { keyUsage: ["digitalSignature"] },
    {
      fault: "key-usage",
    },
  ),
  under("an upstream CA with path length 0", {}, { pathLength: 0 }, { fault: "path-length" }),
  under("an upstream CA that has expired", {}, { notAfter: NOW - DAY }, { fault: "expired" }),
  under("an anchor that has expired", { notAfter: NOW - DAY }, {}, { fault: "expired" }),
];

const pemOf = (certificates: readonly Authority[]): string =>
  certificates.map(({ pem }) => pem).join("");

describe("what a SPIRE server signs below its upstream CA", () => {
  test.for(CASES)("$name", async ({ make, fault, go }) => {
    const { anchors, upstream, above = [] } = await make();
    const question = {
      anchors: pemOf(anchors),
      chain: pemOf([upstream, ...above]),
      below: 1,
      now: NOW,
    };
    const judge = new AnchorJudge();
    const [mesh, server] = [
      await judge.judge(question),
      await judge.judge({ ...question, asGo: true }),
    ];
    expect(mesh?.ok === false ? mesh.fault : mesh?.ok).toBe(fault ?? true);
    expect(server?.ok === false ? server.fault : server?.ok).toBe(fault ?? go ?? true);
  });

  test("counts by name and key where the peer does not present the CA", async () => {
    const top = await root();
    const upstream = await below(top);
    const judge = new AnchorJudge();
    const question = { chain: upstream.pem, below: 1, unpresented: true, now: NOW };
    expect(await judge.judge({ ...question, anchors: top.pem })).toMatchObject({
      fault: "unknown-issuer",
    });
    const again = await below(top, { key: upstream.keys });
    expect(await judge.judge({ ...question, anchors: again.pem })).toMatchObject({ ok: true });
  });

  test("is not judged without certificates", async () => {
    const { pem } = await root();
    const judge = new AnchorJudge();
    expect(await judge.judge({ anchors: "", chain: pem, below: 1, now: NOW })).toBeUndefined();
    expect(await judge.judge({ anchors: pem, chain: "x", below: 1, now: NOW })).toBeUndefined();
  });
});

function hasOpenSsl(): boolean {
  const { stdout } = spawnSync("openssl", ["version"], { encoding: "utf8" });
  return stdout?.startsWith("OpenSSL 3") ?? false;
}

describe.skipIf(!hasOpenSsl())("what openssl verify says of the same", () => {
  test.for(CASES)("$name", async ({ make, fault, differs }) => {
    const { anchors, upstream, above = [] } = await make();
    const server = await makeRoot("SPIRE server", { issuer: upstream });
    const leaf = await makeLeaf(server);
    const directory = mkdtempSync(join(tmpdir(), "mc-anchors-"));
    const put = (name: string, text: string): string => {
      writeFileSync(join(directory, name), text);
      return join(directory, name);
    };
    const time = String(Math.floor(NOW / 1000));
    const options = ["-no-CApath", "-no-CAstore", "-partial_chain", "-attime", time];
    options.push("-CAfile", put("anchors.pem", pemOf(anchors)));
    options.push("-untrusted", put("chain.pem", pemOf([server, upstream, ...above])));
    const { status } = spawnSync("openssl", ["verify", ...options, put("leaf.pem", leaf.pem)]);
    rmSync(directory, { recursive: true });
    expect(status === 0).toBe((fault === undefined) === (differs === undefined));
  });
});
