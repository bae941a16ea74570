import { expect, test } from "vitest";
import { connection } from "../../../src/checks/connection/check.ts";
import { runCluster } from "../../support/facts.ts";

test.each([
  [{ serverVersion: "v1.33.1", user: "alice" }, "reached Kubernetes v1.33.1 as alice"],
  [{ serverVersion: "v1.33.1" }, "reached Kubernetes v1.33.1"],
  [{ user: "alice" }, "reached Kubernetes as alice"],
  [{}, "reached Kubernetes"],
])("%j", (fact, summary) => {
  const verdict = runCluster(connection, { connection: fact });
  expect(verdict).toEqual({ summary, findings: [{ severity: "pass", message: summary }] });
});

test.each([
  [[], "no API server was asked, files of dump were read"],
  [
    ["b", "c"],
    "no API server was asked, files of dump were read; nothing is recorded of namespaces b, c",
  ],
])("nobody was reached who vouches for a recording: %j", (blank, summary) => {
  const verdict = runCluster(connection, { connection: { files: { origin: "dump", blank } } });
  expect(verdict).toEqual({ summary, findings: [{ severity: "info", message: summary }] });
});

test("needs nothing but the connection", () => {
  expect(connection.needs).toEqual(["connection"]);
  expect(connection.uses).toEqual([]);
});
