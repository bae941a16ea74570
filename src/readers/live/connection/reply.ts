import type { IncomingHttpHeaders } from "node:http";
import { finished, pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { at, property, record, string } from "../../../lib/json.ts";
import type { RawObject } from "../../../model/reader.ts";
import { Fault, safeText } from "./fault.ts";
import { cutOff, isReset } from "./network-fault.ts";
import { http } from "./node-http.ts";
import type { Answer } from "./wire.ts";

/** A whole answer. */
export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/**
 * Larger answers are refused: a page of 500 objects has a few MiB, and what fits here can still be
 * parsed within the memory of a small machine.
 */
const MOST_BYTES = 64 * 1024 * 1024;
const TOO_LARGE = `the answer is larger than ${MOST_BYTES / 1024 / 1024} MiB`;

/**
 * Reads the body, unpacked if it came compressed. `onStart` is given its first bytes as they come.
 *
 * @throws Fault it is too large or damaged; an error that `isReset` knows when it was cut off
 */
export async function readAnswer(
  answer: Answer,
  onStart?: (start: Buffer) => void,
): Promise<Reply> {
  const { status, headers, body } = answer;
  try {
    return { status, headers, body: await readWhole(unpacked(answer), onStart) };
  } catch (cause) {
    if (isReset(cause)) throw cutOff();
    if (String(property(cause, "code")).startsWith("Z_")) {
      throw new Fault("unreadable", "the compressed answer is damaged");
    }
    throw cause;
  } finally {
    body.destroy();
  }
}

/** The body, unpacked if it came compressed. */
export function unpacked({ headers, body }: Answer): Readable {
  const compressed = headers["content-encoding"] === "gzip";
  return compressed ? pipeline(body, createGunzip(), () => undefined) : body;
}

/** By events: a promise for each piece would cost large lists as much time as parsing them. */
function readWhole(stream: Readable, onStart?: (start: Buffer) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    finished(stream, { writable: false }, (cause) => {
      if (cause) reject(cause);
      else resolve(Buffer.concat(chunks, size));
    });
    stream.on("data", (chunk: Buffer) => {
      if (size === 0) onStart?.(chunk);
      size += chunk.length;
      if (size <= MOST_BYTES) chunks.push(chunk);
      else reject(new Fault("unreadable", TOO_LARGE));
    });
  });
}

/**
 * The JSON object of a good answer.
 *
 * @throws Fault it is not what a Kubernetes API answers
 */
export function objectOf(reply: Reply): RawObject {
  const { body, headers } = reply;
  const type = contentType(headers);
  if (body.length === 0) throw new Fault("unreadable", "the answer is empty");
  if (isWebPage(reply)) throw new Fault("unreadable", WEB_PAGE);
  if (!/\bjson\b/.test(type)) {
    throw new Fault("unreadable", `the answer is ${safeText(type) || "of no type"}, not JSON`);
  }
  const value = parseJson(body);
  const object = record(value);
  if (object !== value) throw new Fault("unreadable", "the answer is not a JSON object");
  return object;
}

const WEB_PAGE =
  "the answer is a web page, not the Kubernetes API: is a proxy or login page in between?";

/** @throws Fault it is not JSON; it is never quoted: it may hold Secrets */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8")) as unknown;
  } catch {
    throw new Fault("unreadable", "the answer is not valid JSON: it may have been cut off");
  }
}

function contentType(headers: IncomingHttpHeaders): string {
  return (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

function isWebPage({ headers, body }: Reply): boolean {
  return (
    contentType(headers) === "text/html" ||
    /^\s*<(!doctype|html)/i.test(body.subarray(0, 100).toString("latin1"))
  );
}

/** The Status object of a refusal; empty when it has none. */
export function statusOf(reply: Reply): RawObject {
  try {
    const status = objectOf(reply);
    return property(status, "kind") === "Status" ? status : {};
  } catch {
    return {};
  }
}

/** Group and version, or the resource in it, are not served: unlike an object that does not exist. */
export function isNotServed(reply: Reply): boolean {
  if (reply.status !== 404 || isWebPage(reply)) return false;
  return string(at(statusOf(reply), "details", "name")) === undefined;
}

/** What an answer that is no success says, in words. */
export function refusal(reply: Reply): Fault {
  const { status, headers } = reply;
  const code = `${status} ${http.STATUS_CODES[status] ?? ""}`.trim();
  if (status >= 300 && status < 400) {
    const host = URL.parse(headers.location ?? "", "https://the-same-server/")?.host ?? "";
    return new Fault(
      "unreadable",
      `the answer is a redirect (${status}) to ${safeText(host) || "nowhere"}: is a proxy or login page in between?`,
    );
  }
  if (isWebPage(reply)) return new Fault("unreadable", `${WEB_PAGE.replace("?", "")} (${status})?`);
  const message = safeText(string(property(statusOf(reply), "message")) ?? plainText(reply));
  switch (status) {
    case 401:
      return new Fault("unauthorized", "the API server does not accept the credentials (401)");
    case 403:
      return new Fault("forbidden", message || "the API server forbids it (403)");
    case 404:
      return new Fault("not-found", message || "not found (404)");
    default:
      return new Fault("unreadable", message ? `${code}: ${message}` : `the answer is ${code}`);
  }
}

function plainText({ headers, body }: Reply): string {
  return contentType(headers) === "text/plain" ? body.subarray(0, 1000).toString("utf8") : "";
}
