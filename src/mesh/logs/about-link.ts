import { isIpAddress, normalizeAddress } from "../../lib/ip-address.ts";
import type { GatewayFact } from "../../model/facts.ts";
import { unmetLinkConditions } from "../conditions.ts";
import { CLUSTER, NETWORK } from "../names.ts";

/** Scopes in which istiod writes of the peers that it calls, as logs begin: `warn deltaadsc …`. */
const OF_PEERS = /^(?:\w+ )?(?:deltaadsc|adsc|peering)\b/;
/** An address that was called, in the words of Go. */
const CALLED = /\bdial tcp (\[[^\]\s]{2,50}\]|[^\s:]{1,255}):\d/;

const PART_OF_WORD = /[\w-]/;

/** Whether a text has the word and not as part of a longer name or address. */
export function hasWord(text: string, word: string): boolean {
  if (word === "") return false;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const before = text.slice(Math.max(0, at - 2), at);
    const after = text.slice(at + word.length, at + word.length + 2);
    const goesOn = PART_OF_WORD.test(after.charAt(0)) || /^\.\w/.test(after);
    const hasBegun = PART_OF_WORD.test(before.slice(-1)) || /\w\.$/.test(before);
    if (!goesOn && !hasBegun) return true;
  }
  return false;
}

/** Its name and its addresses: nothing else in a cluster is called so. */
function isNamed(text: string, { name, addresses }: GatewayFact): boolean {
  return (
    hasWord(text, name) ||
    addresses.some(({ value }) => hasWord(text, value) || hasWord(text, normalizeAddress(value)))
  );
}

/** The cluster that it stands for, which may be a word of any language. */
function isPeerNamed(text: string, { labels }: GatewayFact): boolean {
  return [CLUSTER, NETWORK].some((key) => hasWord(text, labels.get(key) ?? ""));
}

/** An address was called that the Gateway does not have, as before it was given another. */
function calledElsewhere(text: string, { addresses }: GatewayFact): boolean {
  const called = normalizeAddress(CALLED.exec(text)?.[1] ?? "");
  // What a host name stands for is not known.
  return (
    isIpAddress(called) && addresses.every(({ value }) => isIpAddress(normalizeAddress(value)))
  );
}

/**
 * Whether a line that istiod wrote is about the link that a remote Gateway is. It is where it names the
 * Gateway or its address. Among what istiod writes of its peers it is also where it names the cluster,
 * or none at all while no other link is broken.
 *
 * @param others the other remote Gateways of the cluster
 */
export function isAboutLink(
  text: string,
  gateway: GatewayFact,
  others: readonly GatewayFact[],
): boolean {
  if (isNamed(text, gateway)) return true;
  if (!OF_PEERS.test(text) || others.some((other) => isNamed(text, other))) return false;
  if (calledElsewhere(text, gateway)) return false;
  if (isPeerNamed(text, gateway)) return true;
  return others.every(
    (other) => !isPeerNamed(text, other) && unmetLinkConditions(other).length === 0,
  );
}

/** Whether a line that a ztunnel wrote is about traffic through a remote Gateway. */
export function isAboutTraffic(text: string, gateway: GatewayFact): boolean {
  const network = gateway.labels.get(NETWORK) ?? "";
  return isNamed(text, gateway) || (network !== "" && text.includes(`NetworkGateway/${network}/`));
}
