import { request as requestHttps } from "node:https";
import type { Socket } from "node:net";
import { Fault, safeText } from "./fault.ts";
import { type Behind, socks5 } from "./socks.ts";
import { openTcp } from "./tcp.ts";
import { http } from "./node-http.ts";
import { networkFault } from "./network-fault.ts";

/** `host:port` of a proxy: never its user and password. */
function nameOf(proxy: URL): string {
  return `${proxy.hostname}:${portOf(proxy)}`;
}

function portOf(proxy: URL): number {
  if (proxy.port !== "") return Number(proxy.port);
  return { "https:": 443, "http:": 80 }[proxy.protocol] ?? 1080;
}

/**
 * A connection to the server behind a proxy.
 *
 * @throws Fault the proxy cannot be reached or refuses; or the signal's reason
 */
export async function tunnel(proxy: URL, to: Behind, signal: AbortSignal): Promise<Socket> {
  const name = nameOf(proxy);
  try {
    if (proxy.protocol === "https:" || proxy.protocol === "http:") {
      return await connectThrough(proxy, name, to, signal);
    }
    const port = portOf(proxy);
    const socket = await openTcp(proxy.hostname.replace(/^\[|\]$/g, ""), port, signal);
    return await socks5(socket, { name, proxy, port, to, signal });
  } catch (cause) {
    if (signal.aborted || cause instanceof Fault) throw cause;
    const { why, message } = networkFault(cause, { authority: name });
    throw new Fault(why, `proxy: ${message}`);
  }
}

/** CONNECT of an HTTP proxy. */
function connectThrough(
  proxy: URL,
  name: string,
  to: Behind,
  signal: AbortSignal,
): Promise<Socket> {
  const send = proxy.protocol === "https:" ? requestHttps : http.request;
  const { username, password } = proxy;
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return new Promise((resolve, reject) => {
    const request = send({
      host: proxy.hostname.replace(/^\[|\]$/g, ""),
      port: portOf(proxy),
      method: "CONNECT",
      path: to.authority,
      headers: {
        host: to.authority,
        ...(username === "" && password === ""
          ? {}
          : { "proxy-authorization": `Basic ${Buffer.from(login).toString("base64")}` }),
      },
      agent: false,
      signal,
    });
    request.once("connect", (response, socket: Socket, head) => {
      if (response.statusCode === 200) {
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
        return;
      }
      socket.destroy();
      const said = safeText(`${response.statusCode} ${response.statusMessage ?? ""}`);
      reject(
        new Fault(
          "unreachable",
          `the proxy ${name} refused to connect to ${to.authority}: ${said}`,
        ),
      );
    });
    request.once("error", (cause) => reject(signal.aborted ? (signal.reason as Error) : cause));
    request.end();
  });
}
