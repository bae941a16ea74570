import { array, at, property, string } from "../lib/json.ts";
import type { ZtunnelCertificates, ZtunnelDumpFact } from "../model/facts.ts";
import { gathered } from "../model/gathered.ts";
import type { FactReader } from "../model/source.ts";
import { defined } from "./objects.ts";
import { certificatesOnly, fromBase64 } from "./pem.ts";

/** ztunnel's own admin port. */
const PORT = 15_000;

/** PEM text as it stands, or in base64 as ztunnel writes it. */
function pemOf(value: unknown): string {
  const text = string(value) ?? "";
  return certificatesOnly(text.includes("-----BEGIN") ? text : fromBase64(text));
}

/** What one workload trusts and presents; its own certificate, which comes first, says nothing more. */
function workloadTrust(certificate: unknown): ZtunnelCertificates {
  const text = (list: string, from: number): string => {
    const pems = array(property(certificate, list)).map((one) => pemOf(property(one, "pem")));
    return [...new Set(pems.slice(from))].join("");
  };
  return { roots: text("rootCerts", 0), chain: text("certChain", 1) };
}

/** Those of many workloads are the same; one that has no certificate yet says nothing. */
function distinct(all: readonly ZtunnelCertificates[]): ZtunnelCertificates[] {
  const said = all.filter(({ roots, chain }) => roots !== "" || chain !== "");
  return [...new Map(said.map((one) => [JSON.stringify(one), one])).values()];
}

function dump(pod: string, body: unknown): ZtunnelDumpFact {
  const certificates = array(property(body, "certificates"));
  const pems = certificates
    .flatMap((certificate) => array(property(certificate, "rootCerts")))
    .map((root) => pemOf(property(root, "pem")));
  return {
    pod,
    rootPems: [...new Set(pems)].filter(Boolean),
    workloads: distinct(certificates.map(workloadTrust)),
    ...defined({
      network: string(at(body, "config", "network")),
      clusterId: string(at(body, "config", "clusterId")),
    }),
  };
}

/**
 * What ztunnel says of its configuration and certificates: as recordings hold it; a live cluster is
 * asked only where a command needs to know.
 */
export const ztunnelDumps: FactReader<"ztunnelDumps"> = async (source) => {
  if (!source.settings.dumps) return gathered([]);
  const pods = await source.fact("ztunnelPods");
  // Without the pods there is nobody to ask; the checks of ztunnel say so, in recordings and live.
  if (!pods.ok) return gathered([]);
  const dumps = await Promise.all(
    pods.value.map(async ({ namespace, name }) => {
      const answer = await source.debug({ namespace, pod: name, port: PORT }, "/config_dump");
      return answer.ok ? [dump(`${namespace}/${name}`, answer.value)] : [];
    }),
  );
  return gathered(dumps.flat());
};
