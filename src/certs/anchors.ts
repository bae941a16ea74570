import { gathered } from "../model/gathered.ts";
import type { BundledCertificate } from "./bundle.ts";

/** A certificate that signs, first in its PEM text, and what stands above it. */
export interface Chain {
  certificate: string;
  chain: string;
}

/**
 * Finds which of the roots, each by itself, verify which chains by RFC 5280 path validation.
 *
 * @returns the fingerprints of the roots that anchor one of the given chains
 */
export async function judgeAnchors(
  chains: readonly Chain[],
  roots: readonly BundledCertificate[],
  now: number,
): Promise<(chain: Chain) => readonly string[]> {
  // The library for path validation is loaded by now only.
  const { judgeTrust } = await import("../lib/x509/index.ts");
  const names = new Map(chains.map((chain) => [nameOf(chain), chain] as const));
  const { verdicts } = await judgeTrust([
    ...roots.map(({ sha256, pem }) => ({
      ref: { context: sha256, now },
      facts: { rootCertificate: gathered({ pem }) },
    })),
    ...[...names].map(([context, { certificate, chain }]) => ({
      ref: { context, now },
      facts: {
        intermediate: gathered({ secret: "cacerts" as const, certificate, chain, keys: [] }),
      },
    })),
  ]);
  return (chain) =>
    roots
      .map(({ sha256 }) => sha256)
      .filter((root) => verdicts.get(root)?.get(nameOf(chain))?.ok === true);
}

function nameOf({ certificate, chain }: Chain): string {
  return `${certificate}\n${chain}`;
}
