import { describe, expect, test } from "vitest";
import { missing } from "../../../src/model/gathered.ts";
import { DAY, makeIntermediate, makeRoot } from "../../support/certificates.ts";
import {
  cacerts,
  faults,
  messages,
  runCerts,
  signedBy,
  statusOf,
  type Certificates,
} from "../../support/certs-run.ts";
import { healthyB, root } from "../../support/certs-roots.ts";
import { NOW } from "../../support/facts.ts";

describe("dates", () => {
  test.for([
    [31, 3650, "pass"],
    [29, 3650, "warn"],
    [8, 3650, "warn"],
    [6, 3650, "fail"],
    [20, 60, "pass"],
    [14, 60, "warn"],
    [5.5, 60, "fail"],
    [0.3, 1, "pass"],
    [0.2, 1, "warn"],
    [0.05, 1, "fail"],
  ] as const)("%f days left of %f: %s", async ([left, lifetime, status]) => {
    const notAfter = NOW + left * DAY;
    const options = { notAfter, notBefore: notAfter - lifetime * DAY };
    const verdict = await runCerts({ a: await signedBy(root, "a", options), b: healthyB });
    expect(statusOf(verdict)).toBe(status);
  });

  test("an intermediate about to expire", async () => {
    const verdict = await runCerts({
      a: await signedBy(root, "a", { notAfter: NOW + 20 * DAY }),
      b: healthyB,
    });
    expect(verdict.summary).toMatch(
      /^cluster ctx-a: intermediate certificate CN=Intermediate CA,O=Istio,L=a \(SHA-256 \w+\) expires in 20 days \(2026-02-04\)$/,
    );
    expect(faults(verdict)[0]?.remediation?.commands.at(-1)).toContain("rollout restart");
  });

  test("hours and minutes before the end", async () => {
    const texts = [];
    for (const left of [5 * 3_600_000 + 1000, 60_000]) {
      const verdict = await runCerts({ a: await signedBy(root, "a", { notAfter: NOW + left }) });
      texts.push(verdict.summary);
    }
    expect(texts[0]).toContain("expires in 5 hours (2026-01-15)");
    expect(texts[1]).toContain("expires in 1 minute (2026-01-15)");
  });

  test("a shared root about to expire is one finding for all clusters", async () => {
    const ending = await makeRoot("Ending", { notAfter: NOW + 5 * DAY });
    const verdict = await runCerts({
      a: await signedBy(ending, "a"),
      b: await signedBy(ending, "b"),
    });
    expect(messages(verdict, "fail", "warn")).toEqual([
      expect.stringMatching(
        /^clusters ctx-a, ctx-b: root certificate CN=Ending.* expires in 5 days/,
      ),
    ]);
  });

  test("an upper intermediate about to expire", async () => {
    const upper = await makeIntermediate(root, "all", { pathLength: 1, notAfter: NOW + 2 * DAY });
    const signing = await makeIntermediate(upper, "a");
    const a: Certificates = {
      roots: [root],
      intermediate: cacerts(signing, root, { chain: signing.pem + upper.pem + root.pem }),
    };
    const verdict = await runCerts({ a, b: healthyB });
    expect(messages(verdict, "fail")).toEqual([
      expect.stringMatching(/^cluster ctx-a: intermediate .*L=all .* expires in 2 days/),
    ]);
  });

  test("each recording is judged by its own clock", async () => {
    const late = { cluster: { now: NOW + 4000 * DAY } };
    const verdict = await runCerts({
      a: { ...(await signedBy(root, "a")), ...late },
      b: healthyB,
    });
    expect(verdict.data.pairs.map(({ ok }) => ok)).toEqual([false, true]);
  });

  test("a root whose chain could not be read counts as in use", async () => {
    const unread = missing("forbidden", "secrets is forbidden");
    const early = await makeRoot("Early", { notBefore: NOW + DAY });
    const verdicts = await Promise.all(
      [await makeRoot("Past", { notAfter: NOW - 2 * DAY, notBefore: NOW - 9 * DAY }), early].map(
        (one) => runCerts({ a: { roots: [one], intermediate: unread } }),
      ),
    );
    expect(verdicts.map((verdict) => messages(verdict, "fail"))).toEqual([
      [expect.stringMatching(/root certificate CN=Past.* expired 2 days ago \(2026-01-13\)$/)],
      [expect.stringMatching(/root certificate CN=Early.* is not valid before 2026-01-16$/)],
    ]);
  });
});
