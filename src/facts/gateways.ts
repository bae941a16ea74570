import { defined } from "../lib/defined.ts";
import { array, at, property, string } from "../lib/json.ts";
import { CLASS_REMOTE, EAST_WEST_CLASSES } from "../mesh/names.ts";
import type { GatewayAddress, GatewayFact, GatewayListener } from "../model/facts.ts";
import { gathered } from "../model/gathered.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";
import type { FactReader } from "../model/source.ts";
import { byName, conditionsOf, metaOf, portOf } from "./objects.ts";
import { slimGateway } from "./slim.ts";

function addresses(value: unknown): GatewayAddress[] {
  return array(value).flatMap((address) => {
    const text = string(property(address, "value"));
    if (text === undefined) return [];
    return [{ type: string(property(address, "type")) ?? "IPAddress", value: text }];
  });
}

function listeners(value: unknown): GatewayListener[] {
  return array(value).map((listener) => ({
    name: string(property(listener, "name")) ?? "",
    protocol: string(property(listener, "protocol")) ?? "",
    ...defined({
      port: portOf(property(listener, "port")),
      tlsMode: string(at(listener, "tls", "mode")),
    }),
  }));
}

function managers(object: RawObject): string[] {
  const names = array(at(object, "metadata", "managedFields"))
    .filter((entry) => string(property(entry, "subresource")) === undefined)
    .flatMap((entry) => string(property(entry, "manager")) ?? []);
  return [...new Set(names)];
}

/** A Gateway; nothing for an object without a name. */
function gatewayFact(object: RawObject): GatewayFact | undefined {
  const meta = metaOf(object);
  if (!meta) return undefined;
  return {
    ...meta,
    className: string(at(object, "spec", "gatewayClassName")) ?? "",
    addresses: addresses(at(object, "spec", "addresses")),
    statusAddresses: addresses(at(object, "status", "addresses")),
    listeners: listeners(at(object, "spec", "listeners")),
    conditions: new Map(conditionsOf(object).map((condition) => [condition.type, condition])),
    managers: managers(object),
  };
}

export const gateways: FactReader<"gateways"> = async (source) => {
  const listed = await source.listWhereAllowed(RESOURCES.gateways, { slim: slimGateway });
  if (!listed.ok) {
    // The list of a resource that is served is empty rather than not found.
    if (listed.why !== "not-found") return listed;
    return gathered({ served: false, eastWest: [], remote: [] });
  }
  const all = listed.value.flatMap((object) => gatewayFact(object) ?? []).toSorted(byName);
  return gathered({
    served: true,
    eastWest: all.filter(({ className }) => EAST_WEST_CLASSES.includes(className)),
    remote: all.filter(({ className }) => className === CLASS_REMOTE),
  });
};
