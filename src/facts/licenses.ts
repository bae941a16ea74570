import { property } from "../lib/json.ts";
import type { LicenseFact } from "../model/facts.ts";
import { gathered, missing } from "../model/gathered.ts";
import { RESOURCES } from "../model/resource.ts";
import { askIstiods } from "./debug.ts";
import { fact, listed, PORT_FORWARD } from "./fact.ts";
import { SCALAR } from "./keep.ts";

/** A field by its Go name or its JSON name; keys come in either case. */
function field(body: unknown, name: string): string | undefined {
  const value = property(body, name) ?? property(body, name.toLowerCase());
  return typeof value === "string" ? value.trim().slice(0, 200) : undefined;
}

function license(body: unknown): LicenseFact["answer"] {
  const state = field(body, "State");
  // What came instead is not repeated: it may be anything, a license key included.
  if (!state) return missing("unreadable", "/debug/license answered without a license State");
  return gathered({ state, product: field(body, "Product") ?? "" });
}

export const licenses = fact({
  key: "licenses",
  access: [listed(RESOURCES.pods), PORT_FORWARD],
  keeps: {
    "/debug/license": { State: SCALAR, state: SCALAR, Product: SCALAR, product: SCALAR },
  },
  after: ["istiods", "istiodPods"],
  read: async (source) => {
    const answers = await askIstiods(source, "/debug/license");
    if (!answers.ok) return answers;
    return gathered(
      answers.value.map(({ namespace, pod, answer }) => ({
        namespace,
        pod,
        answer: answer.ok ? license(answer.value) : answer,
      })),
    );
  },
});
