import { test } from "vitest";
import { expectAsSaved } from "../support/expect-golden.ts";
import { explainGoldens, pageGoldens } from "../support/golden.ts";

test("what checks say of themselves is as it was saved", async () => {
  await expectAsSaved([...explainGoldens(), ...pageGoldens()]);
});
