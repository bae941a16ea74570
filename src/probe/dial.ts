import { lookup } from "node:dns/promises";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type DetailedPeerCertificate, type TLSSocket } from "node:tls";
import { defined } from "../lib/defined.ts";
import { failureOf, wantsClientCertificate, type DialFailure } from "./failure.ts";

/** What is dialled. */
export interface Destination {
  /** Host name or IP address, without brackets. */
  host: string;
  port: number;
  /** For SNI; absent: none. */
  serverName?: string;
}

/** What came of it, as far as it got. */
export interface Dialled {
  /** What ended it before TLS stood; absent: it stood, or the server presented its certificate. */
  failure?: DialFailure;
  /** What DNS gave for a host name. */
  resolved?: string[];
  /** ms until the connection stood. */
  connectMs?: number;
  /** ms of the TLS handshake. */
  handshakeMs?: number;
  /** DER of what the server presented, its own certificate first. */
  chain: Uint8Array[];
  clientCertificate?: "required" | "not-required";
}

/** One of a host's addresses is tried for so long before the next. */
const ADDRESS_MS = 1500;
/** A hostile server cannot make us walk a chain for ever. */
const MOST_CERTIFICATES = 20;

/** Node's line of `keylog` once the client of TLS 1.2 has taken the server's certificate. */
const KEYS_OF_TLS_12 = "CLIENT_RANDOM";

function chainOf(socket: TLSSocket): Uint8Array[] {
  const chain: Uint8Array[] = [];
  let certificate: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  // Node gives an empty object for none, and lets a self-signed certificate be its own issuer.
  while (certificate?.raw && chain.length < MOST_CERTIFICATES) {
    chain.push(new Uint8Array(certificate.raw));
    const issuer: DetailedPeerCertificate | undefined = certificate.issuerCertificate;
    certificate = issuer === certificate ? undefined : issuer;
  }
  return chain;
}

/** Settles as the work does, or rejects when the signal is aborted, whichever is first. */
function within<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason as Error);
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  return Promise.race([work, promise]).finally(() => signal.removeEventListener("abort", stop));
}

/** The addresses of a host, each once, in the order of DNS. */
async function resolve(host: string): Promise<{ address: string; family: number }[]> {
  const found = await lookup(host, { all: true });
  return [...new Map(found.map((one) => [one.address, one])).values()];
}

async function openTcp(
  { host, port }: Destination,
  addresses: readonly { address: string; family: number }[],
  signal: AbortSignal,
): Promise<Socket> {
  const socket = connectTcp({
    host,
    port,
    noDelay: true,
    autoSelectFamilyAttemptTimeout: ADDRESS_MS,
    lookup: (_host, _options, give) => give(null, [...addresses]),
  });
  const { promise, resolve: done, reject } = Promise.withResolvers<void>();
  socket.once("connect", done).once("error", reject);
  try {
    await within(signal, promise);
    return socket;
  } catch (cause) {
    socket.on("error", () => undefined).destroy();
    throw cause;
  }
}

type Handshake = Pick<Dialled, "failure" | "chain" | "handshakeMs" | "clientCertificate">;

/**
 * A TLS handshake without a client certificate, which takes whatever the server presents. In TLS 1.3 a
 * server says only after the handshake that it wants one: that is waited for, until the server shows
 * that it does not, by a session or data.
 */
function shakeHands(
  raw: Socket,
  serverName: string | undefined,
  signal: AbortSignal,
): Promise<Handshake> {
  const start = performance.now();
  const found: Handshake = { chain: [] };
  const socket = connectTls({
    socket: raw,
    servername: serverName ?? "",
    ALPNProtocols: ["h2"],
    rejectUnauthorized: false,
  });
  return new Promise((finish) => {
    const end = (failure?: DialFailure): void => {
      signal.removeEventListener("abort", late);
      socket.on("error", () => undefined).destroy();
      raw.destroy();
      finish({ ...found, ...defined({ failure }) });
    };
    const presented = (): void => {
      if (found.chain.length === 0) found.chain = chainOf(socket);
    };
    const accepted = (): void => {
      if (found.handshakeMs === undefined) return;
      found.clientCertificate = "not-required";
      end();
    };
    const ended = (cause: unknown): void => {
      if (wantsClientCertificate(cause, found.chain.length > 0)) {
        found.clientCertificate = "required";
        end();
      } else if (found.handshakeMs !== undefined || found.chain.length > 0) end();
      else end(failureOf(cause, "tls"));
    };
    const late = (): void => {
      if (found.handshakeMs !== undefined) end();
      else end({ verdict: "silent", reason: "nothing answers in TLS" });
    };
    signal.addEventListener("abort", late, { once: true });
    raw.on("error", ended);
    socket
      .on("keylog", (line: Buffer) => {
        if (line.subarray(0, KEYS_OF_TLS_12.length).toString() === KEYS_OF_TLS_12) presented();
      })
      .once("secureConnect", () => {
        presented();
        found.handshakeMs = performance.now() - start;
        // Only TLS 1.3 leaves it open whether the server takes a client without a certificate.
        if (socket.getProtocol() !== "TLSv1.3") accepted();
      })
      .on("session", accepted)
      .on("data", accepted)
      .once("error", ended)
      .once("close", () => ended(undefined));
    if (signal.aborted) late();
  });
}

/**
 * Connects to an address and does a TLS handshake, without a client certificate and without sending
 * anything beyond it. Never rejects: what went wrong is the answer.
 *
 * @param timeoutMs for all of it, DNS included
 */
export async function dial(
  destination: Destination,
  timeoutMs: number,
  outer: AbortSignal,
): Promise<Dialled> {
  const signal = AbortSignal.any([outer, AbortSignal.timeout(timeoutMs)]);
  const { host, serverName } = destination;
  const dialled: Dialled = { chain: [] };
  let step: "dns" | "tcp" = "dns";
  try {
    const family = isIP(host);
    const addresses = family ? [{ address: host, family }] : await within(signal, resolve(host));
    if (!family) dialled.resolved = addresses.map(({ address }) => address);
    step = "tcp";
    const start = performance.now();
    const socket = await openTcp(destination, addresses, signal);
    dialled.connectMs = performance.now() - start;
    return { ...dialled, ...(await shakeHands(socket, serverName, signal)) };
  } catch (cause) {
    return { ...dialled, failure: failureOf(cause, step) };
  }
}
