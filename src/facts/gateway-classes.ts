import { fact, listed } from "./fact.ts";
import { WHOLE } from "./keep.ts";
import { OBSERVED_CONDITIONS } from "./keep-objects.ts";
import { defined } from "../lib/defined.ts";
import { at, string } from "../lib/json.ts";
import { ACCEPTED } from "../mesh/names.ts";
import { gathered } from "../model/gathered.ts";
import { RESOURCES } from "../model/resource.ts";
import { byName, generationOf, metaOf, observedConditionsOf } from "./objects.ts";

export const gatewayClasses = fact({
  key: "gatewayClasses",
  access: [listed(RESOURCES.gatewayClasses)],
  keeps: {
    gatewayClasses: {
      metadata: { generation: WHOLE },
      spec: { controllerName: WHOLE },
      status: { conditions: OBSERVED_CONDITIONS },
    },
  },
  read: async (source) => {
    const answer = await source.list(RESOURCES.gatewayClasses);
    // Without the CRD there are no classes.
    if (!answer.ok) return answer.why === "not-found" ? gathered([]) : answer;
    const classes = answer.value.flatMap((object) => {
      const meta = metaOf(object);
      if (!meta) return [];
      const accepted = observedConditionsOf(object).find(({ type }) => type === ACCEPTED);
      const controller = string(at(object, "spec", "controllerName")) ?? "";
      return [
        { name: meta.name, controller, ...defined({ accepted, generation: generationOf(object) }) },
      ];
    });
    return gathered(classes.toSorted(byName));
  },
});
