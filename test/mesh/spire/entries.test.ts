import { describe, expect, test } from "vitest";
import { type EntryInputs, entriesOf, isTaken } from "../../../src/mesh/spire/entries.ts";
import { directoryOf, fileOf, isSpireVariable, isWithin } from "../../../src/mesh/spire/names.ts";
import { ignoredBy, takesLabels } from "../../../src/mesh/spire/selectors.ts";
import type {
  ClusterSpiffeIdFact,
  ClusterStaticEntryFact,
  LabelSelectorFact,
  SpireManagerConfig,
  SpireWorkloadFact,
} from "../../../src/model/spire.ts";
import { labels, namespace } from "../../support/facts.ts";

const PLAIN =
  "spiffe://{{ .TrustDomain }}/ns/{{.PodMeta.Namespace}}/sa/{{- .PodSpec.ServiceAccountName -}}";

function pod(changes: Partial<SpireWorkloadFact> = {}): SpireWorkloadFact {
  return {
    namespace: "shop",
    name: "cart-1",
    uid: "u-1",
    labels: labels({ app: "cart" }),
    serviceAccount: "cart",
    hostNetwork: false,
    mountsSocket: false,
    nodeName: "node-1",
    ...changes,
  };
}

function id(changes: Partial<ClusterSpiffeIdFact> = {}): ClusterSpiffeIdFact {
  return {
    name: "all",
    className: "mine",
    fallback: false,
    template: PLAIN,
    workloadSelectors: [],
    federatesWith: [],
    ...changes,
  };
}

function entry(selectors: string[], className = "mine"): ClusterStaticEntryFact {
  const spiffeId = "spiffe://td/ns/shop/sa/cart";
  return { name: "static", className, spiffeId, selectors, federatesWith: [] };
}

function manager(changes: Partial<SpireManagerConfig> = {}): SpireManagerConfig {
  return {
    className: "mine",
    watchClassless: false,
    ignoreNamespaces: ["kube-system"],
    leavesOut: [],
    clusterName: "demo",
    ...changes,
  };
}

function inputs(changes: Partial<EntryInputs> = {}): EntryInputs {
  return {
    manager: manager(),
    trustDomain: "td",
    namespaces: [namespace("shop", { team: "a" })],
    spiffeIds: [id()],
    staticEntries: [],
    ...changes,
  };
}

const RIGHT = "spiffe://td/ns/shop/sa/cart";
const selector = (
  values: Record<string, string>,
  expressions: LabelSelectorFact["expressions"] = [],
): LabelSelectorFact => ({ labels: labels(values), expressions });

describe("the identity of a pod", () => {
  test("is what the template gives", () => {
    expect(entriesOf(pod(), inputs())).toEqual({
      kind: "entries",
      ids: [RIGHT],
      objects: ["ClusterSPIFFEID all"],
    });
  });

  test.each<[string, Partial<EntryInputs>, Partial<SpireWorkloadFact>, object]>([
    ["no object", { spiffeIds: [] }, {}, { kind: "none" }],
    ["another class", { spiffeIds: [id({ className: "" })] }, {}, { kind: "none" }],
    [
      "no class, which the manager takes",
      { spiffeIds: [id({ className: "" })], manager: manager({ watchClassless: true }) },
      {},
      { kind: "entries" },
    ],
    [
      "a kind that is left out",
      { manager: manager({ leavesOut: ["ClusterSPIFFEIDs"] }) },
      {},
      { kind: "none" },
    ],
    [
      "an ignored namespace",
      {},
      { namespace: "my-kube-system" },
      { kind: "ignored", pattern: "kube-system" },
    ],
    [
      "a pattern that mc does not follow",
      { manager: manager({ ignoreNamespaces: [String.raw`(a+)+\d`] }), spiffeIds: [] },
      {},
      { kind: "unknown", why: "a pattern of ignoreNamespaces is not evaluated" },
    ],
    [
      "a pod selector that meets it",
      { spiffeIds: [id({ podSelector: selector({ app: "cart" }) })] },
      {},
      { kind: "entries" },
    ],
    [
      "a pod selector that does not",
      { spiffeIds: [id({ podSelector: selector({ app: "x" }) })] },
      {},
      { kind: "none" },
    ],
    [
      "a namespace selector that meets its namespace",
      { spiffeIds: [id({ namespaceSelector: selector({ team: "a" }) })] },
      {},
      { kind: "entries" },
    ],
    [
      "a namespace selector that does not",
      { spiffeIds: [id({ namespaceSelector: selector({ team: "b" }) })] },
      {},
      { kind: "none" },
    ],
    [
      "a namespace that is not known",
      { spiffeIds: [id({ namespaceSelector: selector({ team: "a" }) })], namespaces: [] },
      {},
      { kind: "unknown" },
    ],
    [
      "an operator that there is not",
      {
        spiffeIds: [
          id({ podSelector: selector({}, [{ key: "a", operator: "Like", values: [] }]) }),
        ],
      },
      {},
      { kind: "none" },
    ],
    [
      "selectors of the workload",
      { spiffeIds: [id({ workloadSelectors: ["k8s:container-name:x"] })] },
      {},
      { kind: "unknown", why: "ClusterSPIFFEID all has selectors that mc does not evaluate" },
    ],
    [
      "a template with functions",
      { spiffeIds: [id({ template: 'spiffe://td/{{ index .PodMeta.Labels "app" }}' })] },
      {},
      { kind: "unknown", why: "ClusterSPIFFEID all has a template with more than plain fields" },
    ],
    [
      "a field that has no value",
      { spiffeIds: [id({ template: "spiffe://td/{{ .ClusterDomain }}" })] },
      {},
      { kind: "unknown" },
    ],
    [
      "another form",
      { spiffeIds: [id({ template: "spiffe://td/{{ .ClusterName }}/{{ .PodMeta.Name }}" })] },
      {},
      { kind: "entries", ids: ["spiffe://td/demo/cart-1"] },
    ],
    [
      "another trust domain",
      { spiffeIds: [id({ template: "spiffe://other/x" })] },
      {},
      { kind: "none" },
    ],
    [
      "what is no SPIFFE ID",
      { spiffeIds: [id({ template: "spiffe://td/a//b" })] },
      {},
      { kind: "none" },
    ],
    [
      "a field of objects by themselves",
      { spiffeIds: [id({ template: "spiffe://td/{{ constructor }}" })] },
      {},
      { kind: "unknown" },
    ],
  ])("with %s", (_, changes, of, expected) => {
    expect(entriesOf(pod(of), inputs(changes))).toMatchObject(expected);
  });

  test("of a fallback is given only where no other object gives one", () => {
    const fallback = id({ name: "fallback", fallback: true });
    const other = id({ name: "other", template: "spiffe://td/else" });
    expect(entriesOf(pod(), inputs({ spiffeIds: [fallback, other] }))).toEqual({
      kind: "entries",
      ids: ["spiffe://td/else"],
      objects: ["ClusterSPIFFEID other"],
    });
    const foreign = { ...other, podSelector: selector({ app: "x" }) };
    expect(entriesOf(pod(), inputs({ spiffeIds: [fallback, foreign] }))).toMatchObject({
      objects: ["ClusterSPIFFEID fallback"],
    });
    const failing = id({ name: "failing", template: "spiffe://else/x" });
    expect(entriesOf(pod(), inputs({ spiffeIds: [fallback, failing] }))).toMatchObject({
      ids: [RIGHT],
    });
  });

  test.each<[string, ClusterStaticEntryFact, object]>([
    ["that has all its selectors", entry(["k8s:ns:shop", "k8s:sa:cart"]), { kind: "entries" }],
    ["by labels", entry(["k8s:pod-label:app:cart"]), { kind: "entries" }],
    ["by other labels", entry(["k8s:pod-label:app:x"]), { kind: "none" }],
    [
      "by what identifies it",
      entry(["k8s:pod-uid:u-1", "k8s:pod-name:cart-1", "k8s:node-name:node-1"]),
      { kind: "entries" },
    ],
    ["of another namespace", entry(["k8s:ns:else", "unix:uid:0"]), { kind: "none" }],
    [
      "with selectors that mc does not know",
      entry(["k8s:ns:shop", "unix:uid:0"]),
      { kind: "unknown" },
    ],
    ["without selectors", entry([]), { kind: "none" }],
    ["of another class", entry(["k8s:ns:shop"], "else"), { kind: "none" }],
  ])("by a static entry %s", (_, staticEntry, expected) => {
    const of = inputs({ spiffeIds: [], staticEntries: [staticEntry] });
    expect(entriesOf(pod(), of)).toMatchObject(expected);
    const leavesOut = manager({ leavesOut: ["ClusterStaticEntries"] });
    expect(entriesOf(pod(), { ...of, manager: leavesOut })).toEqual({ kind: "none" });
  });

  test("of an ignored namespace may come from a static entry", () => {
    const ignoring = inputs({
      manager: manager({ ignoreNamespaces: ["^shop$"] }),
      staticEntries: [entry(["k8s:ns:shop"])],
    });
    expect(entriesOf(pod(), ignoring)).toMatchObject({ kind: "entries", ids: [RIGHT] });
  });
});

test("label selectors are those of Kubernetes", () => {
  const of = labels({ a: "1" });
  const one = (operator: string, key = "a", values: string[] = ["1"]): boolean | undefined =>
    takesLabels(selector({}, [{ key, operator, values }]), of);
  expect(takesLabels(undefined, of)).toBe(true);
  expect(takesLabels(selector({}), of)).toBe(true);
  expect([one("In"), one("In", "b"), one("NotIn"), one("NotIn", "b")]).toEqual([
    true,
    false,
    false,
    true,
  ]);
  expect([
    one("Exists"),
    one("Exists", "b"),
    one("DoesNotExist"),
    one("DoesNotExist", "b"),
  ]).toEqual([true, false, false, true]);
  expect(one("Gt")).toBeUndefined();
});

test("patterns match anywhere, and those that may be slow or are none are not followed", () => {
  expect(ignoredBy([], "a")).toBe("none");
  expect(ignoredBy(["openshift-.*", "b"], "my-openshift-x")).toEqual({ pattern: "openshift-.*" });
  expect(ignoredBy(["(a|b)$"], "xb")).toEqual({ pattern: "(a|b)$" });
  expect(ignoredBy(["^a$"], "ab")).toBe("none");
  for (const odd of ["(", "[a-z]", "a.*.*.*.*b", "x".repeat(300)]) {
    expect(ignoredBy([odd], "a")).toBeUndefined();
    expect(ignoredBy([odd, "^a$"], "a")).toEqual({ pattern: "^a$" });
  }
});

test("objects are taken by their class", () => {
  expect(isTaken({ className: "mine" }, manager())).toBe(true);
  expect(isTaken({ className: "" }, manager())).toBe(false);
  expect(isTaken({ className: "" }, manager({ className: "" }))).toBe(true);
});

test("names of SPIRE", () => {
  expect(
    ["SPIRE_ENABLED", "X_SPIFFE_ENDPOINT_SOCKET", "INSPIRED", "SPIFFE_ID"].map(isSpireVariable),
  ).toEqual([true, true, false, false]);
  expect([directoryOf("/a/b"), fileOf("/a/b"), directoryOf("b"), fileOf("b")]).toEqual([
    "/a",
    "b",
    "",
    "b",
  ]);
  expect([isWithin("/a/b", "/a/"), isWithin("/ab", "/a"), isWithin("/a", "/a")]).toEqual([
    true,
    false,
    true,
  ]);
});
