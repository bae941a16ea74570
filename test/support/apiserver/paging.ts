import { badRequest, expired } from "./errors.ts";
import type { KubeObject } from "./types.ts";

interface Token {
  list: number;
  start: number;
}

interface Snapshot {
  items: readonly KubeObject[];
  version: number;
}

export interface Page extends Snapshot {
  continue?: string;
  remaining?: number;
}

/** Cuts lists into pages. All pages of a list show the moment of its first one. */
export class Pager {
  readonly #lists = new Map<number, Snapshot>();
  #next = 1;

  first(items: readonly KubeObject[], version: number, limit: number): Page {
    if (limit <= 0 || items.length <= limit) return { items, version };
    const list = this.#next++;
    this.#lists.set(list, { items, version });
    return this.#page({ list, start: 0 }, limit);
  }

  /** Throws 400 for a token that is none of ours, 410 once the list is forgotten. */
  next(token: string, limit: number): Page {
    return this.#page(decodeToken(token), limit);
  }

  #page({ list, start }: Token, limit: number): Page {
    const snapshot = this.#lists.get(list);
    if (!snapshot) throw expired();
    const end = limit <= 0 ? snapshot.items.length : start + limit;
    const page = { items: snapshot.items.slice(start, end), version: snapshot.version };
    const remaining = snapshot.items.length - end;
    if (remaining <= 0) return page;
    return { ...page, continue: encodeToken({ list, start: end }), remaining };
  }
}

const encodeToken = (token: Token): string =>
  Buffer.from(JSON.stringify(token)).toString("base64url");

function decodeToken(text: string): Token {
  try {
    const token: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    const { list, start } = token as Token;
    if (Number.isInteger(list) && Number.isInteger(start)) return { list, start };
  } catch {
    // Not JSON: refused below like any other foreign token.
  }
  throw badRequest(`continue key is not valid: ${text}`);
}
