import {
  type Authority,
  type CertificateOptions,
  DAY,
  makeIntermediate,
  makeRoot,
  versionOne,
} from "../certificates.ts";
import { NOW } from "../facts.ts";
import type { ClusterCertificates } from "./cluster.ts";
import type { CertificateMaker } from "./scenarios.ts";

/** Fixtures are judged at their own time, but people run mc on them for years to come. */
const VALIDITY = {
  notBefore: Date.parse("2025-12-16T22:54:30Z"),
  notAfter: Date.parse("2075-12-14T22:54:30Z"),
};

const root = (name?: string): Promise<Authority> => makeRoot(name, VALIDITY);

async function under(
  issuer: Authority,
  cluster: string,
  bundle: readonly Authority[] = [issuer],
): Promise<ClusterCertificates> {
  const intermediate = await makeIntermediate(issuer, cluster, VALIDITY);
  return { intermediate: intermediate.pem, roots: bundle.map(({ pem }) => pem).join("") };
}

async function forEach(
  clusters: readonly string[],
  make: (cluster: string, index: number) => Promise<ClusterCertificates>,
): Promise<Record<string, ClusterCertificates>> {
  return Object.fromEntries(
    await Promise.all(
      clusters.map(async (cluster, index) => [cluster, await make(cluster, index)] as const),
    ),
  );
}

/** Makes certificates with keys that are gone when it is done. */
export const certificateMaker: CertificateMaker = {
  shared: async (clusters) => {
    const issuer = await root();
    return forEach(clusters, (cluster) => under(issuer, cluster));
  },
  separate: (clusters) =>
    forEach(clusters, async (cluster) => under(await root(`Root CA of ${cluster}`), cluster)),
  rotating: async (clusters) => {
    const [old, fresh] = [await root("Root CA 2025"), await root("Root CA 2026")];
    return forEach(clusters, (cluster, index) =>
      under(index === 0 ? fresh : old, cluster, [old, fresh]),
    );
  },
  halfRotated: async (clusters) => {
    const [old, fresh] = [await root("Root CA 2025"), await root("Root CA 2026")];
    return forEach(clusters, (cluster, index) =>
      index === 0 ? under(fresh, cluster, [old, fresh]) : under(old, cluster),
    );
  },
  spire: async (clusters, asInGuide) => {
    const issuer = await root();
    const options = { ...VALIDITY, keyUsage: ["keyCertSign" as const, "cRLSign" as const] };
    const made = await makeRoot("SPIRE Root CA", { ...options, subject: "CN=SPIRE Root CA" });
    const upstream = asInGuide ? await versionOne(made) : issuer;
    const names = await Promise.all(
      clusters.map(async (cluster) => {
        const make = async (change: CertificateOptions = {}): Promise<string> => {
          const { pem } = await makeRoot(cluster, {
            ...options,
            issuer: upstream,
            subject: `CN=SPIRE ${cluster} CA`,
            pathLength: 1,
            ...change,
          });
          return pem;
        };
        const stranger = await makeRoot("Other Root CA", options);
        const spire = {
          certificate: await make(),
          root: upstream.pem,
          faulty: {
            notCa: await make({ ca: false, keyUsage: null }),
            mayNotSign: await make({ keyUsage: ["digitalSignature"] }),
            pathZero: await make({ pathLength: 0 }),
            expiring: await make({ notBefore: NOW - 365 * DAY, notAfter: NOW + 20 * DAY }),
            later: await make({ notBefore: NOW + DAY }),
            stranger: await make({ issuer: stranger }),
            strangersRoot: stranger.pem,
            expired: (await makeRoot("Old Root CA", { ...options, notAfter: NOW - DAY })).pem,
          },
        };
        return [cluster, { istio: await under(issuer, cluster), spire }] as const;
      }),
    );
    return Object.fromEntries(names);
  },
};
