import { GeneralName, GeneralSubtree, NameConstraints } from "pkijs";
import type { TrustFault } from "../../../src/model/trust.ts";
import {
  ANY_PURPOSE,
  CLIENT,
  damaged,
  DAY,
  Extension,
  makeIntermediate,
  makeRoot,
  SERVER,
  unknownExtension,
  versionOne,
  type Authority,
  type CertificateOptions,
  type KeyKind,
} from "../../support/certificates.ts";
import { NOW } from "../../support/facts.ts";

/*
 * Chains and roots with the verdict that they must get; the tests compare it with what mc and
 * OpenSSL say.
 */

export interface TrustCase {
  name: string;
  /** What is wrong; absent when the roots verify the chain. */
  fault?: TrustFault;
  make: () => Promise<{
    roots: Authority[];
    /** The signing certificate. */
    signing: Authority;
    /** What stands above it. */
    chain?: Authority[];
  }>;
  /** Why OpenSSL says otherwise. */
  differs?: string;
}

/** A root and an intermediate below it, each changed as given. */
function plain(
  name: string,
  fault: TrustFault | undefined,
  root: CertificateOptions = {},
  intermediate: CertificateOptions = {},
): TrustCase {
  return {
    name,
    ...(fault ? { fault } : {}),
    async make() {
      const top = await makeRoot("Root CA", root);
      return {
        roots: [top],
        signing: await makeIntermediate(top, "a", intermediate),
        chain: [top],
      };
    },
  };
}

type Subtrees = Record<"permitted" | "excluded", string[]>;

function subtrees(names: string[]): GeneralSubtree[] {
  return names.map((value) => new GeneralSubtree({ base: new GeneralName({ type: 2, value }) }));
}

/** Name constraints on DNS names. */
function nameConstraints({ permitted = [], excluded = [] }: Partial<Subtrees>): Extension {
  const constraints = new NameConstraints({
    ...(permitted.length > 0 ? { permittedSubtrees: subtrees(permitted) } : {}),
    ...(excluded.length > 0 ? { excludedSubtrees: subtrees(excluded) } : {}),
  });
  return new Extension("2.5.29.30", true, constraints.toSchema().toBER());
}

const kinds: KeyKind[] = ["P-256", "P-384", "Ed25519", "RSA 2048", "RSA 4096"];

const expired = { notBefore: NOW - 90 * DAY, notAfter: NOW - DAY };
const early = { notBefore: NOW + DAY, notAfter: NOW + 90 * DAY };

export const CASES: TrustCase[] = [
  ...kinds.map((key) => plain(`${key} throughout`, undefined, { key })),
  plain(
    "an Ed25519 root over an RSA intermediate",
    undefined,
    { key: "Ed25519" },
    { key: "RSA 2048" },
  ),
  plain("an RSA root over a P-384 intermediate", undefined, { key: "RSA 2048" }, { key: "P-384" }),
  plain("no key identifiers", undefined, { withoutKeyIds: true }, { withoutKeyIds: true }),
  plain("no key usage", undefined, { keyUsage: null }, { keyUsage: null }),
  plain(
    "an unknown extension that is not critical",
    undefined,
    {},
    {
      extensions: [unknownExtension(false)],
    },
  ),
  {
    name: "an issuer written in another case",
    async make() {
      const root = await makeRoot();
      const signing = await makeIntermediate({ ...root, subject: "O=ISTIO, CN=root ca" });
      return { roots: [root], signing };
    },
  },

  plain("intermediate expired", "expired", {}, expired),
  plain("intermediate not yet valid", "not-yet-valid", {}, early),
  plain("root expired", "expired", expired),
  plain("root not yet valid", "not-yet-valid", early),
  plain("intermediate with CA:false", "not-a-ca", {}, { ca: false, keyUsage: null }),
  plain("intermediate with CA:false that claims keyCertSign", "not-a-ca", {}, { ca: false }),
  plain("intermediate without basic constraints", "not-a-ca", {}, { ca: null, keyUsage: null }),
  plain("root with CA:false", "not-a-ca", { ca: false, keyUsage: null }),
  plain("root without basic constraints or key usage", "not-a-ca", { ca: null, keyUsage: null }),
  {
    ...plain("root with keyCertSign, without basic constraints", "not-a-ca", { ca: null }),
    differs: "OpenSSL takes keyCertSign for a CA where there are no basic constraints; Go does not",
  },
  plain("intermediate without keyCertSign", "key-usage", {}, { keyUsage: ["digitalSignature"] }),
  plain("root without keyCertSign", "key-usage", { keyUsage: ["cRLSign"] }),
  plain("root with path length 0", "path-length", { pathLength: 0 }),
  plain("root with path length 1", undefined, { pathLength: 1 }),
  plain(
    "unknown critical extension in the intermediate",
    "critical-extension",
    {},
    {
      extensions: [unknownExtension(true)],
    },
  ),
  plain("unknown critical extension in the root", "critical-extension", {
    extensions: [unknownExtension(true)],
  }),
  {
    ...plain("signed with SHA-1", "weak-signature", {}, { hash: "SHA-1" }),
    differs: "OpenSSL allows SHA-1 at its lowest level; Go does not",
  },
  {
    name: "SHA-1 on the root alone, where nobody looks",
    async make() {
      const root = await makeRoot("Root CA", { hash: "SHA-1" });
      return { roots: [root], signing: await makeIntermediate(root) };
    },
  },
  plain("root that permits the names", undefined, {
    extensions: [nameConstraints({ permitted: ["svc", "example"] })],
  }),
  plain("root that permits other names", "constraint", {
    extensions: [nameConstraints({ permitted: ["example"] })],
  }),
  plain("root that excludes the names", "constraint", {
    extensions: [nameConstraints({ excluded: ["istio-system.svc"] })],
  }),
  plain("root that excludes other names", undefined, {
    extensions: [nameConstraints({ excluded: ["example"] })],
  }),
  {
    name: "a root of version 1",
    async make() {
      const root = await versionOne(await makeRoot());
      return { roots: [root], signing: await makeIntermediate(root), chain: [root] };
    },
  },
  {
    name: "an upper intermediate of version 1",
    fault: "not-a-ca",
    async make() {
      const root = await makeRoot();
      const upper = await makeIntermediate(root, "all");
      const chain = [await versionOne(upper, root)];
      return { roots: [root], signing: await makeIntermediate(upper), chain };
    },
  },
  {
    name: "an unrelated root",
    fault: "unknown-issuer",
    async make() {
      const root = await makeRoot("Root A");
      return { roots: [await makeRoot("Root B")], signing: await makeIntermediate(root) };
    },
  },
  {
    name: "an unrelated root, the right one in the chain",
    fault: "unknown-issuer",
    async make() {
      const root = await makeRoot("Root A");
      const signing = await makeIntermediate(root);
      return { roots: [await makeRoot("Root B")], signing, chain: [signing, root] };
    },
  },
  {
    name: "a root of the same name with another key",
    fault: "other-key",
    async make() {
      const root = await makeRoot();
      return { roots: [await makeRoot()], signing: await makeIntermediate(root) };
    },
  },
  {
    name: "a root of the same name with another key, the right one in the chain",
    fault: "other-key",
    async make() {
      const root = await makeRoot();
      return { roots: [await makeRoot()], signing: await makeIntermediate(root), chain: [root] };
    },
  },
  {
    name: "roots of the same name, without key identifiers",
    fault: "other-key",
    async make() {
      const root = await makeRoot("Root CA", { withoutKeyIds: true });
      return {
        roots: [await makeRoot("Root CA", { withoutKeyIds: true })],
        signing: await makeIntermediate(root, "a", { withoutKeyIds: true }),
      };
    },
  },
  {
    name: "old and new root, chain from the new",
    async make() {
      const [old, fresh] = [await makeRoot("Old"), await makeRoot("New")];
      return { roots: [old, fresh], signing: await makeIntermediate(fresh) };
    },
  },
  {
    name: "old root only, chain from the new",
    fault: "unknown-issuer",
    async make() {
      const [old, fresh] = [await makeRoot("Old"), await makeRoot("New")];
      return { roots: [old], signing: await makeIntermediate(fresh) };
    },
  },
  {
    name: "two roots of one name in the bundle, the second signed",
    async make() {
      const [old, fresh] = [await makeRoot(), await makeRoot()];
      return { roots: [old, fresh], signing: await makeIntermediate(fresh) };
    },
  },
  {
    name: "two roots of one name in the bundle, the second signed, no key identifiers",
    differs: "OpenSSL takes the first root of the name and does not come back; Go tries each",
    async make() {
      const [old, fresh] = [
        await makeRoot("Root CA", { withoutKeyIds: true }),
        await makeRoot("Root CA", { withoutKeyIds: true }),
      ];
      return {
        roots: [old, fresh],
        signing: await makeIntermediate(fresh, "a", { withoutKeyIds: true }),
      };
    },
  },
  {
    name: "a root renewed with its key: the bundle has the expired one too",
    async make() {
      const old = await makeRoot("Root CA", expired);
      const fresh = await makeRoot("Root CA", { key: old.keys });
      return { roots: [old, fresh], signing: await makeIntermediate(old) };
    },
  },
  {
    name: "a root renewed with its key: the bundle has only the renewed one, the chain the old",
    async make() {
      const old = await makeRoot("Root CA");
      const fresh = await makeRoot("Root CA", { key: old.keys });
      return { roots: [fresh], signing: await makeIntermediate(old), chain: [old] };
    },
  },
  {
    name: "an intermediate below an intermediate",
    async make() {
      const root = await makeRoot();
      const upper = await makeIntermediate(root, "all", { pathLength: 1 });
      const signing = await makeIntermediate(upper);
      return { roots: [root], signing, chain: [signing, upper, root] };
    },
  },
  {
    name: "three intermediates in a shuffled chain",
    async make() {
      const root = await makeRoot();
      const first = await makeIntermediate(root, "one", { pathLength: 2 });
      const second = await makeIntermediate(first, "two", { pathLength: 1 });
      const signing = await makeIntermediate(second);
      return { roots: [root], signing, chain: [root, first, signing, second] };
    },
  },
  {
    name: "the upper intermediate is not in the chain",
    fault: "unknown-issuer",
    async make() {
      const root = await makeRoot();
      const upper = await makeIntermediate(root, "all", { pathLength: 1 });
      const signing = await makeIntermediate(upper);
      return { roots: [root], signing, chain: [signing, root] };
    },
  },
  {
    name: "the upper intermediate allows none below it",
    fault: "path-length",
    async make() {
      const root = await makeRoot();
      const upper = await makeIntermediate(root, "all", { pathLength: 0 });
      return { roots: [root], signing: await makeIntermediate(upper), chain: [upper] };
    },
  },
  {
    name: "the root allows one, the chain has two",
    fault: "path-length",
    async make() {
      const root = await makeRoot("Root CA", { pathLength: 1 });
      const upper = await makeIntermediate(root, "all", { pathLength: 1 });
      return { roots: [root], signing: await makeIntermediate(upper), chain: [upper] };
    },
  },
  {
    name: "a certificate issued to itself takes no room in the path",
    async make() {
      const root = await makeRoot("Root CA", { pathLength: 1 });
      const renewed = await makeRoot("Root CA", { issuer: root });
      return { roots: [root], signing: await makeIntermediate(renewed), chain: [renewed] };
    },
  },
  {
    name: "the upper intermediate expired",
    fault: "expired",
    async make() {
      const root = await makeRoot();
      const upper = await makeIntermediate(root, "all", { pathLength: 1, ...expired });
      return { roots: [root], signing: await makeIntermediate(upper), chain: [upper] };
    },
  },
  {
    name: "the upper intermediate may not sign",
    fault: "key-usage",
    async make() {
      const root = await makeRoot();
      const upper = await makeIntermediate(root, "all", { pathLength: 1, keyUsage: ["cRLSign"] });
      return { roots: [root], signing: await makeIntermediate(upper), chain: [upper] };
    },
  },
  {
    name: "the intermediate itself in the bundle, not its root",
    async make() {
      const signing = await makeIntermediate(await makeRoot());
      return { roots: [signing], signing };
    },
  },
  {
    name: "an upper intermediate as the only root",
    async make() {
      const upper = await makeIntermediate(await makeRoot(), "all", { pathLength: 1 });
      return { roots: [upper], signing: await makeIntermediate(upper) };
    },
  },
  plain("an intermediate for TLS servers only", "purpose", {}, { purposes: [SERVER] }),
  plain("an intermediate for TLS clients only", "purpose", {}, { purposes: [CLIENT] }),
  plain(
    "an intermediate for TLS clients and servers",
    undefined,
    {},
    { purposes: [CLIENT, SERVER] },
  ),
  plain(
    "an intermediate for any purpose, which Go alone takes for both",
    "purpose",
    {},
    { purposes: [ANY_PURPOSE] },
  ),
  plain("a root for TLS servers only", "purpose", { purposes: [SERVER] }),
  {
    name: "a self-signed root that signs workloads itself",
    async make() {
      const root = await makeRoot("cluster.local");
      return { roots: [root], signing: root };
    },
  },
  {
    name: "the self-signed root of another cluster",
    fault: "other-key",
    async make() {
      return { roots: [await makeRoot("cluster.local")], signing: await makeRoot("cluster.local") };
    },
  },
  {
    name: "a damaged signature",
    fault: "signature",
    async make() {
      const root = await makeRoot();
      return { roots: [root], signing: damaged(await makeIntermediate(root)) };
    },
  },
  {
    name: "a damaged signature on a root, which nobody verifies",
    async make() {
      const root = await makeRoot();
      return { roots: [damaged(root)], signing: await makeIntermediate(root) };
    },
  },
  {
    name: "two CAs that have certified each other, neither trusted",
    fault: "unknown-issuer",
    async make() {
      const [one, two] = [await makeRoot("One"), await makeRoot("Two")];
      const chain = [
        await makeRoot("One", { issuer: two, key: one.keys }),
        await makeRoot("Two", { issuer: one, key: two.keys }),
      ];
      return { roots: [await makeRoot("Three")], signing: await makeIntermediate(one), chain };
    },
  },
  {
    name: "a cross-signed root: one way ends nowhere, the other at the root",
    async make() {
      const [gone, fresh] = [await makeRoot("Gone"), await makeRoot("New")];
      const cross = await makeRoot("New", { issuer: gone, key: fresh.keys });
      return { roots: [fresh], signing: await makeIntermediate(fresh), chain: [cross] };
    },
  },
  {
    name: "a cross-signed root: only the old root is known",
    async make() {
      const [old, fresh] = [await makeRoot("Old"), await makeRoot("New")];
      const cross = await makeRoot("New", { issuer: old, key: fresh.keys });
      return { roots: [old], signing: await makeIntermediate(fresh), chain: [cross] };
    },
  },
];
