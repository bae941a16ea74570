import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";

/*
 * Rules that were written in several places, and diverged: each has one owner. A text that speaks of
 * them, as documentation of a check does, is no rule; so comments are left out, and patterns match
 * code and whole literals.
 */

const SOURCES = join(import.meta.dirname, "../../src");

/** Source files below src by their path, without comments. */
const FILES: ReadonlyMap<string, string> = new Map(
  readdirSync(SOURCES, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const code = readFileSync(path, "utf8").replaceAll(/^\s*(\/?\*|\/\/).*$/gm, "");
      return [relative(SOURCES, path), code];
    }),
);

function filesWith(pattern: RegExp): string[] {
  return [...FILES].flatMap(([path, code]) => (pattern.test(code) ? [path] : [])).toSorted();
}

const NAMES = ["mesh/names.ts"];
/** Pods have a condition of their own, Ready. */
const PODS = ["facts/pod-status.ts", "facts/pod-why.ts"];

test.each<[string, RegExp, string[]]>([
  ["the trust domain of istiod by default", /["'`]cluster\.local["'`]/, NAMES],
  ["the CLUSTER_ID of istiod by default", /["'`]Kubernetes["'`]/, NAMES],
  ["the istio namespace by default", /["'`]istio-system["'`]/, NAMES],
  ["the namespace whose UID is the cluster's", /["'`]kube-system["'`]/, NAMES],
  ["Solo's class, name and namespace of the east-west Gateway", /["'`]istio-eastwest["'`]/, NAMES],
  ["the community's class", /["'`]istio-east-west["'`]/, NAMES],
  ["the class of remote Gateways", /["'`]istio-remote["'`]/, NAMES],
  ["Gateways in commands", /["'`]gateways\.gateway\.networking\.k8s\.io/, NAMES],
  ["the selector of istiod", /["'`]app=istiod["'`]/, NAMES],
  ["the selector of remote secrets", /["'`]istio\/multiCluster/, NAMES],
  ["conditions of the Gateway API", /["'`](Accepted|Programmed)["'`]/, NAMES],
  ["conditions of peering", /["'`]gloo\.solo\.io\//, NAMES],
  ["labels of the topology", /["'`]topology\.[\w.]+\/\w+["'`]/, NAMES],
  ["labels and annotations of Istio", /["'`](\w+\.)*istio\.io\/[\w-]+["'`]/, NAMES],
  ["labels and annotations of Solo", /["'`](\w+\.)?solo\.io\/[\w-]+["'`]/, NAMES],
  ["ports of peering", /\b(15008|15012|15014)(,|;|\))/, NAMES],
  ["the port for sidecars of other networks", /\b15_?443\b(,|;|\))/, NAMES],
  ["which Services are gateways of a network", /has\(GATEWAY_PORT\)/, ["mesh/network-gateways.ts"]],
  ["the listeners of peering", /["'`](cross-network|xds-tls)["'`]/, ["mesh/listeners.ts"]],
  ["patches of listeners", /\/spec\/listeners\//, ["mesh/commands/listeners.ts"]],
  ["the log of istiod", /"logs", "-l"/, ["mesh/commands/istiod.ts"]],
  ["the restart of istiod", /"deployment", "-l", ISTIOD/, ["mesh/commands/istiod.ts"]],
  [
    "where the CRDs of the Gateway API are",
    /standard-install\.yaml/,
    ["mesh/commands/gateways.ts"],
  ],
  ["an address that is a clusterIP", /\.clusterIPs\b/, ["mesh/addresses.ts"]],
  ["the UID of kube-system", /=== SYSTEM_NAMESPACE\)\?\.uid/, ["mesh/identity.ts"]],
  [
    "the value that a condition of a Gateway must have",
    /status === "True"/,
    [...PODS, "mesh/conditions.ts"],
  ],

  ["conditions by type", /conditions\.(get|has)\(/, ["mesh/conditions.ts"]],
  [
    "whether node ports are asked for",
    /toLowerCase\(\) === (LOWER_NODE_PORT|"nodeport")/,
    ["mesh/data-plane.ts"],
  ],
  [
    "the order of keys",
    /toSorted\(\(\[one\], \[other\]\)[^]{0,90}\[key, \w+\(item\)\]/,
    ["lib/sorted-keys.ts"],
  ],
  [
    "what a switch of istiod is set to",
    /\.kind === "value" (\?|&&) goBool\(/,
    ["mesh/switches.ts"],
  ],
  ["a variable of istiod that a command sets", /"-c", "discovery"\]/, ["mesh/commands/istiod.ts"]],
  ["which waypoint a Service has", /labels\??\.get\(USE_WAYPOINT\)/, ["mesh/waypoints.ts"]],
  ["what requirements of selectors mean", /["'`]DoesNotExist["'`]/, ["lib/labels.ts"]],
  ["characters that do not show", /\\u007F-\\u009F\\p\{Cf\}/, ["lib/invisible.ts"]],
])("%s: one owner", (_, pattern, owners) => {
  expect(filesWith(pattern)).toEqual(owners);
});

test("a rule in a second place would be found", () => {
  expect(FILES.size).toBeGreaterThan(100);
  expect(filesWith(/export function externalAddresses/)).toEqual(["mesh/addresses.ts"]);
  expect(filesWith(/import type \{/).length).toBeGreaterThan(100);
});

test("labels and annotations have one name each", () => {
  const labels = [...(FILES.get("mesh/names.ts") ?? "").matchAll(/= "([^"]+\/[^"]+)";/g)].map(
    ([, label]) => label,
  );
  expect(labels.length).toBeGreaterThan(20);
  expect(labels.filter((label, index) => labels.indexOf(label) !== index)).toEqual([]);
});
