import { fact } from "./fact.ts";
import { Cut, SCALAR } from "./keep.ts";
import { PEM } from "./keep-objects.ts";
import { defined } from "../lib/defined.ts";
import { array, at, property, string } from "../lib/json.ts";
import type { ZtunnelDumpFact } from "../model/facts.ts";
import { gathered } from "../model/gathered.ts";
import { publicText, fromBase64 } from "./pem.ts";

/** ztunnel's own admin port. */
const PORT = 15_000;

/** PEM text as it stands, or in base64 as ztunnel writes it; nothing but its certificates. */
function pemOf(value: unknown): string {
  const text = string(value) ?? "";
  return publicText(text.includes("-----BEGIN") ? text : fromBase64(text));
}

/** Every workload has the same few roots, in any order. */
function eachRootOnce(certificates: unknown): unknown {
  const pems = array(certificates)
    .flatMap((certificate) => array(property(certificate, "rootCerts")))
    .map((root) => pemOf(property(root, "pem")));
  return [...new Set(pems)]
    .toSorted()
    .filter((pem) => pem !== "")
    .map((pem) => ({ rootCerts: [{ pem }] }));
}

function dump(pod: string, body: unknown): ZtunnelDumpFact {
  const pems = array(property(body, "certificates"))
    .flatMap((certificate) => array(property(certificate, "rootCerts")))
    .map((root) => pemOf(property(root, "pem")));
  return {
    pod,
    rootPems: [...new Set(pems)].filter(Boolean),
    ...defined({
      network: string(at(body, "config", "network")),
      clusterId: string(at(body, "config", "clusterId")),
    }),
  };
}

/** What recordings hold of ztunnel's configuration; a live cluster is not asked for it. */
export const ztunnelDumps = fact({
  key: "ztunnelDumps",
  // Only recordings have them.
  access: [],
  keeps: {
    "/config_dump": {
      config: { network: SCALAR, clusterId: SCALAR },
      certificates: new Cut([{ rootCerts: [{ pem: PEM }] }], eachRootOnce),
    },
  },
  read: async (source) => {
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
  },
});
