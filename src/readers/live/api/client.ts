import pLimit from "p-limit";
import { defined } from "../../../lib/defined.ts";
import { VERSION } from "../../../version.ts";
import {
  Budget,
  Fault,
  networkFault,
  readAnswer,
  Transport,
  within,
  type Answer,
  type Endpoint,
  type HttpRequest,
  type Reply,
  type Tls,
} from "../connection/index.ts";
import type { Credential, SignIn } from "../auth/index.ts";
import { withRetries } from "./retry.ts";

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
  signIn: SignIn;
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
  readonly #signIn: SignIn;
  readonly #headers: HttpRequest["headers"];
  readonly #limit = pLimit(MOST_REQUESTS);
  /** A client certificate belongs to the connection: a new one needs new connections. */
  readonly #transports = new Map<Tls, Transport>();

  constructor({ endpoint, signIn, headers, timeoutMs }: ClientOptions) {
    this.endpoint = endpoint;
    this.budget = new Budget(timeoutMs);
    this.#signIn = signIn;
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
      if (reply.status !== 401 || behind) return reply;
      if (this.#signIn.nobody !== undefined) throw this.nobody();
      return this.#signIn.refused(credential) ? (await once()).reply : reply;
    } catch (cause) {
      throw this.#explain(cause, signal);
    }
  }

  /** Another user than the one who signs in is acted as. */
  get impersonates(): boolean {
    return "impersonate-user" in this.#headers;
  }

  /** That the API server knows nobody behind our requests, and why. */
  nobody(): Fault {
    const why =
      this.#signIn.nobody ?? "the API server knows none of the credentials that it was shown";
    return new Fault(
      "unauthorized",
      `nobody is signed in: ${why}`,
      "Name a user with credentials in this context of the kubeconfig.",
    );
  }

  /**
   * What to sign in with.
   *
   * @throws Fault
   */
  credential(signal: AbortSignal): Promise<Credential> {
    return this.#signIn.get(signal);
  }

  /** Headers that every request bears. */
  headersFor(credential: Credential): Record<string, string | readonly string[]> {
    const { authorization } = credential;
    return { ...this.#headers, "user-agent": `mc/${VERSION}`, ...defined({ authorization }) };
  }

  renew(): void {
    this.budget.renew();
    this.#signIn.renew();
  }

  close(): void {
    this.budget.close();
    for (const transport of this.#transports.values()) transport.destroy();
  }

  #transportFor({ tls }: Credential): Transport {
    const transport = this.#transports.get(tls) ?? new Transport(this.endpoint, tls);
    this.#transports.set(tls, transport);
    return transport;
  }

  #send(
    request: ApiRequest,
    credential: Credential,
    signal: AbortSignal,
    apart: boolean,
  ): Promise<Answer> {
    const { method, path, accept = "application/json", contentType, body } = request;
    const { prefix, compress } = this.endpoint;
    const headers = {
      ...this.headersFor(credential),
      ...defined({
        accept,
        "accept-encoding": compress ? "gzip" : undefined,
        "content-type": contentType,
        "content-length": body === undefined ? undefined : String(Buffer.byteLength(body)),
      }),
    };
    const sent = defined({ method, path: `${prefix}${path}`, headers, body });
    return this.#transportFor(credential).send(sent, signal, apart);
  }

  /** What was thrown, as a Fault. */
  #explain(cause: unknown, signal: AbortSignal): Fault {
    if (cause instanceof Fault) return cause;
    if (signal.aborted && signal.reason instanceof Fault) return signal.reason;
    return networkFault(cause, this.endpoint);
  }
}
