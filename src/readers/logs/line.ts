import { property, record, string, time } from "../../lib/json.ts";
import { lineUpTo } from "../../lib/sanitize.ts";
import type { LogLine } from "../../model/log.ts";
import { REDACTED, scrubText } from "../record/secret-text.ts";

/** More of a line is not looked at. */
export const LONGEST_LINE = 16 * 1024;

/** As Istio and ztunnel begin a line: a time, then what follows after a tab or spaces. */
const TIMED = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2}))\s+/;

/** What logs have beside what is taken from recordings; each takes time in proportion to the line. */
const SECRETS: readonly RegExp[] = [
  // Users and tokens in addresses, with a password or without.
  /(?<=:\/\/)[^\s/@"']{1,500}(?=@)/g,
  // What basic authentication sends, and OpenShift's tokens.
  /\bBasic\s+[A-Za-z0-9+/]{8,}=*|\bsha256~[\w-]{8,}/gi,
  // `license_key="…"`
  /(?<=(?:licen[cs]e|secret|access)[-_](?:key|value)["']?[:=]["']?)[^\s"',;&]{4,}/gi,
  // `password: …`, where what follows is no word of a sentence.
  /(?<=(?:passw(?:or)?d|token|secret)["']?: ["']?)(?=[^\s"',;&]{0,100}\d)[^\s"',;&]{8,}/gi,
];

/** The time that a line begins with or, being JSON, has as a field; ms since the epoch. */
export function timeOf(raw: string): number | undefined {
  const [, stamp] = TIMED.exec(raw) ?? [];
  if (stamp !== undefined) return time(stamp);
  return raw.startsWith("{") ? time(property(jsonOf(raw), "time")) : undefined;
}

function jsonOf(raw: string): Readonly<Record<string, unknown>> {
  try {
    return record(JSON.parse(raw));
  } catch {
    return {};
  }
}

/**
 * A line without its times, `LEVEL SCOPE MESSAGE FIELDS`: one line without what a terminal would
 * obey, and without secrets. A line of JSON reads as one of plain text would.
 */
export function textOf(raw: string): string {
  const rest = raw.replace(TIMED, "").replace(TIMED, "");
  const plain = rest.startsWith("{") ? plainOf(rest) : rest;
  // Escape sequences first: they may stand in the middle of a secret.
  const shown = lineUpTo(plain, LONGEST_LINE).replaceAll(/ {2,}/g, " ");
  return scrubText(SECRETS.reduce((clean, one) => clean.replaceAll(one, REDACTED), shown));
}

function plainOf(rest: string): string {
  const { level, scope, msg, message, time: _, ...fields } = jsonOf(rest);
  const words = [level, scope, msg ?? message].flatMap((one) => string(one) ?? []);
  if (words.length === 0) return rest;
  const others = Object.entries(fields).flatMap(([key, value]) => {
    const text = string(value);
    return text === undefined ? [] : [`${key}=${JSON.stringify(text)}`];
  });
  return [...words, ...others].join(" ");
}

/** A known line; nothing where it does not say when it was written. */
export function logLine(raw: string): LogLine | undefined {
  const written = timeOf(raw);
  return written === undefined ? undefined : { time: written, text: textOf(raw) };
}
