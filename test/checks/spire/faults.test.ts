import { describe, expect, test } from "vitest";
import { check } from "../../../src/engine/check.ts";
import type { Finding, Report } from "../../../src/model/report.ts";
import { certificateMaker } from "../../support/mesh/certificates.ts";
import { SPIRE_FAULTS } from "../../support/mesh/spire-faults.ts";
import { MemoryReader } from "../../support/source.ts";
import { rawObjects, spireClusters } from "../../support/spire.ts";
import type { ClusterFixture } from "../../support/mesh/cluster.ts";

const IDS = ["spire", "spire-registration", "spire-bundle", "spire-trust"] as const;

function reportOf(fixtures: readonly ClusterFixture[]): Promise<Report> {
  const readers = fixtures.map(
    (fixture) => new MemoryReader({ objects: rawObjects(fixture) }, fixture.spec.context),
  );
  return check(readers, { precheck: false, concurrency: 4, only: new Set(IDS) });
}

/** Findings of a check, with its id. */
function findingsOf({ clusters, mesh }: Report): (Finding & { id: string })[] {
  const results = [...clusters.flatMap(({ checks }) => checks), ...mesh];
  return results.flatMap(({ id, findings }) => findings.map((finding) => ({ ...finding, id })));
}

const isFault = ({ severity }: Finding): boolean => severity !== "pass" && severity !== "skip";

test("two clusters made as the guide says, but right, have none of them", async () => {
  expect(findingsOf(await reportOf(await spireClusters())).filter(isFault)).toEqual([]);
});

const MADE = certificateMaker.spire(["cluster1"], false);

describe("what users report", () => {
  test.each(SPIRE_FAULTS)("$what", async (fault) => {
    const [first, second] = await spireClusters();
    const certificates = (await MADE)["cluster1"]?.spire;
    if (!first || !second || !certificates) throw new Error("two clusters are needed");
    fault.make(first, certificates.faulty);
    const found = findingsOf(await reportOf([first, second]));
    const meant = found.filter(
      ({ id, severity, message }) =>
        id === fault.check && severity === fault.severity && fault.message.test(message),
    );
    expect(found.filter(isFault).map(({ id, message }) => `${id}: ${message}`)).toContainEqual(
      expect.stringMatching(fault.message),
    );
    expect(meant).not.toEqual([]);
    for (const { remediation } of found.filter(
      ({ severity }) => severity !== "info" && severity !== "pass",
    )) {
      expect(remediation?.summary).toMatch(/\.$/);
    }
  });
});
