import { defined } from "../lib/defined.ts";
import { at, string } from "../lib/json.ts";
import { gathered } from "../model/gathered.ts";
import { RESOURCES } from "../model/resource.ts";
import type { FactReader } from "../model/source.ts";
import { byName, conditionsOf, metaOf } from "./objects.ts";
import { slimGatewayClass } from "./slim.ts";

export const gatewayClasses: FactReader<"gatewayClasses"> = async (source) => {
  const listed = await source.list(RESOURCES.gatewayClasses, { slim: slimGatewayClass });
  // Without the CRD there are no classes.
  if (!listed.ok) return listed.why === "not-found" ? gathered([]) : listed;
  const classes = listed.value.flatMap((object) => {
    const meta = metaOf(object);
    if (!meta) return [];
    const accepted = conditionsOf(object).find(({ type }) => type === "Accepted");
    const controller = string(at(object, "spec", "controllerName")) ?? "";
    return [{ name: meta.name, controller, ...defined({ accepted }) }];
  });
  return gathered(classes.toSorted(byName));
};
