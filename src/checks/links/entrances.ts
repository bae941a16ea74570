import { servicesOf, type LinkMember } from "../../mesh/links.ts";
import { normalizeAddress } from "../../lib/ip-address.ts";
import { reachableAddresses } from "../../mesh/addresses.ts";
import type { GatewayFact } from "../../model/facts.ts";
import type { GatewayName } from "../../model/links.ts";

interface Entrance {
  name: GatewayName;
  addresses: ReadonlySet<string>;
}

/** Tells which east-west gateways links lead through; each cluster is looked at once. */
export class Entrances {
  readonly #known = new Map<LinkMember, readonly Entrance[]>();

  /**
   * The east-west gateways of the target that have an address of the remote Gateway. Where none has,
   * as after a change of address, it may have meant any of them.
   */
  of(target: LinkMember, { addresses }: GatewayFact): GatewayName[] {
    const all = this.#all(target);
    const given = addresses.map(({ value }) => normalizeAddress(value));
    const meant = all.filter((entrance) => given.some((one) => entrance.addresses.has(one)));
    return (meant.length > 0 ? meant : all).map(({ name }) => name);
  }

  #all(target: LinkMember): readonly Entrance[] {
    const known = this.#known.get(target);
    if (known) return known;
    const all = target.facts.gateways.eastWest.map((gateway) => ({
      name: { namespace: gateway.namespace, name: gateway.name },
      addresses: reachableAddresses([gateway], servicesOf(target)),
    }));
    this.#known.set(target, all);
    return all;
  }
}
