import { describe, expect, test } from "vitest";
import { CASES } from "./cases.ts";
import { verdictOf } from "./verdict.ts";

describe("roots and chains", () => {
  test.for(CASES)("$name", async ({ make, fault }) => {
    const { roots, signing, chain = [] } = await make();
    const verdict = await verdictOf(
      roots.map(({ pem }) => pem).join(""),
      signing.pem,
      chain.map(({ pem }) => pem).join(""),
    );
    expect(verdict).toMatchObject(fault ? { ok: false, fault } : { ok: true });
  });
});
