import pLimit from "p-limit";
import { VERSION } from "../../../version.ts";
import { Budget, within } from "../connection/budget.ts";
import type { Credential, CredentialSource } from "../auth/credentials.ts";
import { secureContextOf, type ClientCertificate, type Endpoint } from "../connection/endpoint.ts";
import { Fault, safeText } from "../connection/fault.ts";
import { networkFault } from "../connection/network-fault.ts";
import { readAnswer, type Reply } from "../connection/reply.ts";
import { withRetries } from "./retry.ts";
import { Transport } from "../connection/transport.ts";
import type { Answer, HttpRequest } from "../connection/wire.ts";

/** One request as the rest of this folder asks for it. */
export interface ApiRequest {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below the server's own prefix, with the query. */
  path: string;
  accept?: string;
  /** Of the body. */
  contentType?: string;
  body?: string;
  /**
   * What answers is not the API server but a server behind it: its 401 is not about our credentials,
   * and answers that this knows are not asked for again.
   */
  behind?: { isFinal: (reply: Reply) => boolean };
  /** Given the first bytes of a good answer while the rest is on its way; again for a new try. */
  onStart?: (start: Buffer) => void;
}

export interface ClientOptions {
  endpoint: Endpoint;
  credentials: CredentialSource;
  /** Impersonation. */
  headers: HttpRequest["headers"];
  timeoutMs: number;
}

/** Requests under way at once: enough for all of a run, less than what servers allow a connection. */
const MOST_REQUESTS = 24;

/** A signed-in way to one API server: credentials, connections, retries and the time budget. */
export class ApiClient {
  readonly endpoint: Endpoint;
  readonly budget: Budget;
  readonly #credentials: CredentialSource;
  readonly #headers: HttpRequest["headers"];
  readonly #limit = pLimit(MOST_REQUESTS);
  readonly #transports: { certificate: ClientCertificate | undefined; transport: Transport }[] = [];

  constructor({ endpoint, credentials, headers, timeoutMs }: ClientOptions) {
    this.endpoint = endpoint;
    this.budget = new Budget(timeoutMs);
    this.#credentials = credentials;
    this.#headers = headers;
  }

  /**
   * The whole answer, whatever its status, after retries.
   *
   * @throws Fault there is none
   */
  async request(request: ApiRequest): Promise<Reply> {
    return this.signedIn(
      (credential, signal, broken) =>
        this.#limit(async () => {
          const answer = await this.#send(request, credential, signal, broken);
          const onStart = answer.status === 200 ? request.onStart : undefined;
          return within(signal, readAnswer(answer, onStart));
        }),
      request.behind,
    );
  }

  /**
   * The answer as it begins, for a watch: not retried, and held by the given signal only.
   *
   * @throws Fault
   */
  async stream(request: ApiRequest, signal: AbortSignal): Promise<Answer> {
    try {
      return await this.#send(request, await this.credential(signal), signal, false);
    } catch (cause) {
      throw this.#explain(cause, signal);
    }
  }

  /**
   * Does with a credential what may be refused or fail, as often as retrying is right: a 401 makes it
   * ask once for a new credential.
   *
   * @throws Fault
   */
  async signedIn<R extends Pick<Reply, "status" | "headers">>(
    send: (credential: Credential, signal: AbortSignal, broken: boolean) => Promise<R>,
    behind?: { isFinal: (reply: R) => boolean },
  ): Promise<R> {
    const signal = this.budget.signal();
    const once = async (): Promise<{ credential: Credential; reply: R }> => {
      const credential = await this.credential(signal);
      const reply = await withRetries(
        this.budget,
        signal,
        (broken) => send(credential, signal, broken),
        behind?.isFinal,
      );
      return { credential, reply };
    };
    try {
      const { credential, reply } = await once();
      if (reply.status !== 401 || behind || !this.#credentials.refused(credential)) return reply;
      return (await once()).reply;
    } catch (cause) {
      throw this.#explain(cause, signal);
    }
  }

  /**
   * What to sign in with.
   *
   * @throws Fault
   */
  credential(signal: AbortSignal): Promise<Credential> {
    return this.#credentials.get(signal);
  }

  /** Headers that every request bears. */
  headersFor(credential: Credential): Record<string, string | readonly string[]> {
    return {
      ...this.#headers,
      "user-agent": `mc/${VERSION}`,
      ...(credential.authorization === undefined
        ? {}
        : { authorization: credential.authorization }),
    };
  }

  /** A client certificate belongs to the connection: a new one needs new connections. */
  transportFor({ certificate }: Credential): Transport {
    const found = this.#transports.find((entry) => entry.certificate === certificate);
    if (found) return found.transport;
    let context;
    try {
      context = secureContextOf(this.endpoint, certificate);
    } catch (cause) {
      const reason = safeText(cause instanceof Error ? cause.message : String(cause));
      throw new Fault("unauthorized", `CA or client certificate cannot be used: ${reason}`);
    }
    const transport = new Transport(this.endpoint, context);
    this.#transports.push({ certificate, transport });
    return transport;
  }

  renew(): void {
    this.budget.renew();
    this.#credentials.renew?.();
  }

  close(): void {
    this.budget.close();
    for (const { transport } of this.#transports) transport.destroy();
  }

  #send(
    request: ApiRequest,
    credential: Credential,
    signal: AbortSignal,
    apart: boolean,
  ): Promise<Answer> {
    const { method, path, accept = "application/json", contentType, body } = request;
    return this.transportFor(credential).send(
      {
        method,
        path: `${this.endpoint.prefix}${path}`,
        headers: {
          ...this.headersFor(credential),
          accept,
          ...(this.endpoint.compress ? { "accept-encoding": "gzip" } : {}),
          ...(contentType === undefined ? {} : { "content-type": contentType }),
          ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }),
        },
        ...(body === undefined ? {} : { body }),
      },
      signal,
      apart,
    );
  }

  /** What was thrown, as a Fault. */
  #explain(cause: unknown, signal: AbortSignal): Fault {
    if (cause instanceof Fault) return cause;
    if (signal.aborted && signal.reason instanceof Fault) return signal.reason;
    return networkFault(cause, this.endpoint);
  }
}
