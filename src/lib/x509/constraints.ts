import {
  BasicConstraints,
  Certificate,
  CertificateChainValidationEngine,
  CryptoEngine,
  Extension,
  NameConstraints,
  type CertificateChainValidationEngineVerifyParams,
} from "pkijs";
import type { ParsedCertificate } from "./certificate.ts";

/*
 * Brings pkijs with it, which takes longer to load than a check of two clusters: to be imported
 * with `await import`, for the rare chain that has constraints.
 */

const BASIC_CONSTRAINTS = "2.5.29.19";
const CRYPTO = new CryptoEngine({ crypto: globalThis.crypto });

/**
 * What pkijs' engine has against one given path: names and policy constraints. It gets a time at
 * which every certificate is valid, since dates are judged apart. The path is found by us, since the
 * engine gives up at the first dead end, does not end when two CAs have certified each other, tries
 * only the shortest path, and knows no Ed25519.
 * @param path from the signing certificate to the root, two at least
 */
export async function constraintFault(
  path: readonly ParsedCertificate[],
  time: number,
): Promise<string | undefined> {
  const certificates = path.map(ruled);
  const anchor = certificates.at(-1);
  if (!anchor) return undefined;
  const engine = new CertificateChainValidationEngine({
    trustedCerts: [anchor],
    certs: certificates.toReversed(),
    checkDate: new Date(time),
    findIssuer: (certificate) => {
      const next = certificates[certificates.indexOf(certificate) + 1];
      return Promise.resolve(next ? [next] : []);
    },
  });
  const { result, resultCode, resultMessage } = await engine.verify(constraintsOf(anchor), CRYPTO);
  if (result) return undefined;
  return resultCode === 41 || resultCode === 42 ? "its names are not allowed" : resultMessage;
}

/** The engine takes no root that does not say that it is a CA, which version 1 cannot. */
function ruled({ native, versionOne }: ParsedCertificate): Certificate {
  const certificate = Certificate.fromBER(native.raw);
  if (versionOne) {
    const extnValue = new BasicConstraints({ cA: true }).toSchema().toBER();
    certificate.extensions = [
      new Extension({ extnID: BASIC_CONSTRAINTS, critical: true, extnValue }),
    ];
  }
  return certificate;
}

/** The engine takes a root for a name and a key; Go and OpenSSL hold the chain to its constraints. */
function constraintsOf(anchor: Certificate): CertificateChainValidationEngineVerifyParams {
  const constraints = anchor.extensions
    ?.map(({ parsedValue }) => parsedValue as unknown)
    .find((value) => value instanceof NameConstraints);
  return {
    initialPermittedSubtreesSet: constraints?.permittedSubtrees ?? [],
    initialExcludedSubtreesSet: constraints?.excludedSubtrees ?? [],
  };
}
