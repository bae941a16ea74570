import type { Gathered } from "../../model/gathered.ts";
import type { PoliciesFact } from "../../model/policy-facts.ts";
import type { Finding } from "../../model/report.ts";
import { type Choice, isChosen, judgeChoice } from "./choice.ts";
import { type Client, clientName, clientPods, judgeClient } from "./client.ts";
import { type DataPlaneViews, judgeDataPlane } from "./data-plane.ts";
import { judgeExists, judgeLink, judgeShared, segmentsText } from "./ends.ts";
import { judgeEntry } from "./entry.ts";
import { farPods, judgeGateway, judgePods, uncapturedText } from "./far-end.ts";
import { findingOf } from "./fault.ts";
import type { Hop, TraceInput } from "./hop.ts";
import { judgeImported } from "./imported.ts";
import type { Judged } from "./judged.ts";
import { judgeName } from "./name.ts";
import { enumerate } from "../wording.ts";
import type { Path } from "./path.ts";
import { type Caller, judgePolicy } from "./policy.ts";

/** A hop that was judged, before those behind a broken one are moot. */
export type Raw = Pick<Hop, "state" | "verdict" | "text"> & { finding?: Finding };

function rawOf(judged: Judged, text: (verdict: string) => string): Raw {
  switch (judged.state) {
    case "broken": {
      const finding = findingOf([judged.fault]);
      return { state: "broken", verdict: judged.verdict, text: finding.message, finding };
    }
    case "unknown":
      return { state: "unknown", verdict: judged.verdict, text: judged.why };
    default:
      return { state: judged.state, verdict: judged.verdict, text: text(judged.verdict) };
  }
}

function sharedRaw(path: Path): Raw {
  const { to, shared, key, host } = path;
  return rawOf(judgeShared(path), (verdict) => {
    if (verdict === "other segment") return segmentsText(path);
    if (!shared)
      return `Service ${key} of ${to.cluster.context} is kept to its cluster, by its label`;
    const origin = shared.inherited ? ", by the label of its namespace" : "";
    return `scope ${shared.scope}${origin}; callers use ${host ?? "a host that is not known"}`;
  });
}

function importedText({ from, host }: Path): string {
  const [entry] = from.imports(host);
  return entry
    ? `ServiceEntry ${entry.namespace}/${entry.name}`
    : "by the name of the local Service, which gets the endpoints of others";
}

function entryText({ from, to, key }: Path): string {
  const { id = "" } = to.cluster;
  if (from.hasFlatEntries(id, key)) return "entries for its pods, which are reached directly";
  const [entry] = from.entries(id, key);
  if (!entry) return "no entry, as there are no pods";
  const where = entry.address ?? (entry.network === undefined ? "" : `network ${entry.network}`);
  return `WorkloadEntry ${entry.namespace}/${entry.name}${where === "" ? "" : `: ${where}`}`;
}

function nameRaw(path: Path, { client, clientFacts }: TraceInput): Raw {
  const { from, host, key } = path;
  const named = judgeName(path);
  const [entry] = from.imports(host);
  const address = entry?.addresses[0] ?? `the address of Service ${key}`;
  if (named.state !== "ok") return rawOf(named, String);
  const answer = `${host} is ${address}`;
  if (!client) {
    return {
      state: "ok",
      verdict: "resolves",
      text: `${answer}; --client tells whether a caller is captured`,
    };
  }
  return rawOf(judgeClient(path, client, clientFacts), () => `${answer} for ${clientName(client)}`);
}

function dataPlaneRaw(path: Path, views: DataPlaneViews): Raw {
  const found = judgeDataPlane(path, views);
  if (found) return rawOf(found.judged, () => found.text);
  const text = `istiod and ztunnel of ${path.from.cluster.context} were not asked what they hold (--deep), or did not answer`;
  return { state: "open", verdict: "not read", text };
}

function endpointsRaw(path: Path, policies: Gathered<PoliciesFact>): Raw {
  const { to, key, service } = path;
  const pods = farPods(path) ?? { ready: [], captured: 0 };
  if (service && !service.selector) {
    const text = `Service ${key} has no selector: its endpoints are somebody else's to write, and are not read`;
    return { state: "open", verdict: "endpoints of its own", text };
  }
  return rawOf(judgePods(path, policies), (verdict) =>
    verdict === "none ready"
      ? `${key} has no ready pods in ${to.cluster.context}; those of the callers' cluster answer`
      : `${verdict}${uncapturedText(pods)}`,
  );
}

function callerOf(path: Path, client: Client | undefined): Caller | undefined {
  const { trustDomain } = path.from;
  if (trustDomain === undefined) return undefined;
  const same = path.to.sameDomains;
  if (!client) return { trustDomain, same };
  const { namespace } = client;
  const [pod] = client.pod === undefined ? [] : (clientPods(path, client) ?? []);
  return {
    trustDomain,
    same,
    namespace,
    ...(pod ? { account: `ns/${namespace}/sa/${pod.serviceAccount}` } : {}),
  };
}

function policyRaw(path: Path, { policies, client }: TraceInput): Raw {
  const raw = rawOf(judgePolicy(path, policies, callerOf(path, client)), (verdict) =>
    verdict === "allowed"
      ? `no policy of ${path.to.cluster.context} stands against it`
      : policies.ok
        ? "policies there cannot be decided from names alone"
        : `policies not read: ${policies.detail}`,
  );
  return raw.verdict === "not evaluated" ? { ...raw, state: "open" } : raw;
}

/** What came of the hops up to the one that traffic does not get past. */
export interface AllHops {
  raws: Raw[];
  choice?: Choice;
}

/** Every hop, as far as traffic gets. */
export function judgeAll(path: Path, input: TraceInput): AllHops {
  const { from, to, service, key } = path;
  const { policies, port, dataPlane } = input;
  const raws: Raw[] = [];
  const add = (raw: Raw): boolean => {
    raws.push(raw);
    return raw.state !== "broken" && raw.state !== "design";
  };
  const ports = service?.ports.map((one) => String(one.port)).join(", ") ?? "";
  if (!add(rawOf(judgeExists(path, port), () => `Service ${key}, ports ${ports || "none"}`))) {
    return { raws };
  }
  if (!add(sharedRaw(path))) return { raws };
  const arrow = `${from.cluster.context} → ${to.cluster.context}`;
  if (
    !add(
      rawOf(
        judgeLink(path),
        () => `${arrow} over ${enumerate(path.link.gateways.map(({ name }) => name))}`,
      ),
    )
  ) {
    return { raws };
  }
  const imported = judgeImported(path);
  if (!add(rawOf(imported, () => importedText(path)))) return { raws };
  if (!add(rawOf(judgeEntry(path), () => entryText(path)))) return { raws };
  if (!add(nameRaw(path, input))) return { raws };
  if (!add(dataPlaneRaw(path, dataPlane))) return { raws };
  const chosen = judgeChoice(path);
  const isLocal =
    isChosen(chosen) && (chosen.choice === "local only" || chosen.choice === "drained");
  const choice = isChosen(chosen)
    ? ({ state: isLocal ? "design" : "ok", verdict: chosen.choice, text: chosen.text } as const)
    : rawOf(chosen, String);
  const chose = isChosen(chosen) ? { choice: chosen.choice } : {};
  if (!add(choice)) return { raws, ...chose };
  if (!add(rawOf(judgeGateway(path, policies), (verdict) => verdict))) return { raws, ...chose };
  if (!add(endpointsRaw(path, policies))) return { raws, ...chose };
  add(policyRaw(path, input));
  return { raws, ...chose };
}
