import { fact } from "./fact.ts";
import { Cut, SCALAR } from "./keep.ts";
import { PEM } from "./keep-objects.ts";
import { defined } from "../lib/defined.ts";
import { array, at, property, string } from "../lib/json.ts";
import type { ZtunnelCertificates, ZtunnelDumpFact } from "../model/facts.ts";
import { gathered } from "../model/gathered.ts";
import { publicText, fromBase64 } from "./pem.ts";

/** ztunnel's own admin port. */
const PORT = 15_000;

/** PEM text as it stands, or in base64 as ztunnel writes it; nothing but its certificates. */
function pemOf(value: unknown): string {
  const text = string(value) ?? "";
  return publicText(text.includes("-----BEGIN") ? text : fromBase64(text));
}

/** The PEM texts of a list of certificates, each once. */
function pemsOf(list: unknown): string[] {
  const pems = array(list).map((one) => pemOf(property(one, "pem")));
  return [...new Set(pems)].filter((pem) => pem !== "");
}

/** What a workload trusts and presents; its own certificate, which comes first, says nothing more. */
function workloadTrust(certificate: unknown): ZtunnelCertificates {
  return {
    roots: pemsOf(property(certificate, "rootCerts")).join(""),
    chain: pemsOf(array(property(certificate, "certChain")).slice(1)).join(""),
  };
}

/** Those of many workloads are the same; one that has no certificate yet says nothing. */
function distinct(all: readonly ZtunnelCertificates[]): ZtunnelCertificates[] {
  const said = all.filter(({ roots, chain }) => roots !== "" || chain !== "");
  return [...new Map(said.map((one) => [JSON.stringify(one), one])).values()];
}

/** The state of a certificate that ztunnel has. */
const AVAILABLE = "Available";

/** An identity that ztunnel has no certificate for, as it says itself. */
function lackingOf(certificate: unknown): { identity: string; state: string }[] {
  const identity = string(property(certificate, "identity"));
  const state = string(property(certificate, "state"));
  const isLacking = identity !== undefined && state !== undefined && state !== AVAILABLE;
  return isLacking ? [{ identity, state }] : [];
}

/**
 * Most workloads trust and present the same few certificates, in any order; of those that have none it
 * counts who they are.
 */
function eachOnce(certificates: unknown): unknown {
  const texts = array(certificates).map((certificate) => {
    const roots = pemsOf(property(certificate, "rootCerts")).toSorted();
    const above = pemsOf(array(property(certificate, "certChain")).slice(1));
    const [lacking = {}] = lackingOf(certificate);
    return JSON.stringify({
      ...lacking,
      ...(roots.length > 0 ? { rootCerts: roots.map((pem) => ({ pem })) } : {}),
      ...(above.length > 0 ? { certChain: [{}, ...above.map((pem) => ({ pem }))] } : {}),
    });
  });
  return [...new Set(texts)]
    .toSorted()
    .filter((text) => text !== "{}")
    .map((text) => JSON.parse(text) as unknown);
}

function byIdentity(one: { identity: string }, other: { identity: string }): number {
  if (one.identity === other.identity) return 0;
  return one.identity < other.identity ? -1 : 1;
}

function dump(pod: string, body: unknown): ZtunnelDumpFact {
  const certificates = array(property(body, "certificates"));
  const lacking = certificates.flatMap(lackingOf).toSorted(byIdentity);
  return {
    pod,
    ...(lacking.length > 0 ? { lacking } : {}),
    rootPems: pemsOf(certificates.flatMap((one) => array(property(one, "rootCerts")))),
    workloads: distinct(certificates.map(workloadTrust)),
    ...defined({
      network: string(at(body, "config", "network")),
      clusterId: string(at(body, "config", "clusterId")),
    }),
  };
}

/**
 * What ztunnel says of its configuration and certificates: as recordings hold it; a live cluster is
 * asked only where a command needs to know, or one pod of it with --deep.
 */
export const ztunnelDumps = fact({
  key: "ztunnelDumps",
  // Only recordings have them.
  access: [],
  keeps: {
    "/config_dump": {
      config: { network: SCALAR, clusterId: SCALAR },
      certificates: new Cut(
        [{ identity: SCALAR, state: SCALAR, rootCerts: [{ pem: PEM }], certChain: [{ pem: PEM }] }],
        eachOnce,
      ),
    },
  },
  read: async (source) => {
    const { dumps: isFree = false, deep = false } = source.settings;
    if (!isFree && !deep) return gathered([]);
    const pods = await source.fact("ztunnelPods");
    // Without the pods there is nobody to ask; the checks of ztunnel say so, in recordings and live.
    if (!pods.ok) return gathered([]);
    const healthy = pods.value.filter((pod) => pod.healthy).slice(0, 1);
    const dumps = await Promise.all(
      (isFree ? pods.value : healthy).map(async ({ namespace, name }) => {
        const answer = await source.debug({ namespace, pod: name, port: PORT }, "/config_dump");
        return answer.ok ? [dump(`${namespace}/${name}`, answer.value)] : [];
      }),
    );
    return gathered(dumps.flat());
  },
});
