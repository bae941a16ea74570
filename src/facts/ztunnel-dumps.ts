import { defined } from "../lib/defined.ts";
import { array, at, property, string } from "../lib/json.ts";
import type { ZtunnelDumpFact } from "../model/facts.ts";
import { gathered } from "../model/gathered.ts";
import type { FactReader } from "../model/source.ts";
import { fromBase64, publicText } from "./pem.ts";

/** ztunnel's own admin port. */
const PORT = 15_000;

/** PEM text as it stands, or in base64 as ztunnel writes it. */
function pemOf(value: unknown): string {
  const text = string(value) ?? "";
  return publicText(text.includes("-----BEGIN") ? text : fromBase64(text));
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
