import { judgeTrust } from "../../../src/lib/x509/index.ts";
import { gathered } from "../../../src/model/gathered.ts";
import type { TrustVerdict } from "../../../src/model/trust.ts";
import { NOW } from "../../support/facts.ts";

/** Whether these roots verify this chain. */
export async function verdictOf(
  roots: string,
  certificate: string,
  chain = "",
  now = NOW,
): Promise<TrustVerdict | undefined> {
  const { verdicts } = await judgeTrust([
    { ref: { context: "roots", now }, facts: { rootCertificate: gathered({ pem: roots }) } },
    {
      ref: { context: "chain", now },
      facts: { intermediate: gathered({ secret: "cacerts", certificate, chain, keys: [] }) },
    },
  ]);
  return verdicts.get("roots")?.get("chain");
}
