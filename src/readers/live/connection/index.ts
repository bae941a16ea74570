/* The door of the connection: where a server is, TLS, transport, answers, the time budget, faults. */

export { Budget, within } from "./budget.ts";
export { endpointOf, type Endpoint } from "./endpoint.ts";
export { Fault, gather, safeText } from "./fault.ts";
export { cutOff, isReset, networkFault } from "./network-fault.ts";
export { http } from "./node-http.ts";
export {
  isNotServed,
  objectOf,
  parseJson,
  readAnswer,
  refusal,
  statusOf,
  type Reply,
  unpacked,
} from "./reply.ts";
export { openSocket } from "./socket.ts";
export { tlsOf, type Tls } from "./tls.ts";
export { Transport } from "./transport.ts";
export type { Answer, HttpRequest } from "./wire.ts";
