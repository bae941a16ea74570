import type { Closer } from "../../facts/keep.ts";
import { fromBase64, publicText, toBase64 } from "../../facts/pem.ts";

/** How a recording looks at what facts keep as certificates: it is public as it is. */
export const CLOSER: Closer = {
  certificates: (value) => (typeof value === "string" ? publicText(value) : undefined),
  "encoded certificates": (value) => toBase64(publicText(fromBase64(String(value)))),
};
