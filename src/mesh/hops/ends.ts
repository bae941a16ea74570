import { remedy, step } from "../../model/finding.ts";
import { linkOneWay } from "../commands/link.ts";
import { showGateway } from "../commands/gateways.ts";
import { showService } from "../commands/services.ts";
import { contextWord, kubectl, mc } from "../commands/shell.ts";
import { SEGMENT, SERVICE_SCOPE } from "../names.ts";
import { enumerate } from "../wording.ts";
import type { Cause } from "./fault.ts";
import { broken, type Judged, ok, unknown } from "./judged.ts";
import type { Path } from "./path.ts";

/* Hops 1 to 3: the service is there, it is shared, and a link leads there. */

/** The name and namespace of `namespace/name`. */
export function namesOf(key: string): { namespace: string; name: string } {
  const at = key.indexOf("/");
  return { namespace: key.slice(0, at), name: key.slice(at + 1) };
}

/** The same name in other namespaces, shared. */
function elsewhere({ to, key }: Path): string[] {
  const { name } = namesOf(key);
  return [...to.shared.keys()].filter((other) => namesOf(other).name === name && other !== key);
}

const missing: Cause = {
  severity: () => "fail",
  message: ([{ path }]) => {
    const others = elsewhere(path);
    const hint =
      others.length === 0
        ? ""
        : `; it shares ${enumerate(others)}, which is another service, as its namespace is another`;
    return `${path.to.cluster.context} has no Service ${path.key}${hint}`;
  },
  remedy: ([{ path }]) =>
    step(
      "Services of clusters are one where name and namespace are the same: see what there is.",
      kubectl(path.to.cluster, "get", "services", "-A", "-l", SERVICE_SCOPE),
    ),
};

const otherPort: Cause = {
  severity: () => "fail",
  message: ([{ path, detail }]) =>
    `Service ${path.key} of ${path.to.cluster.context} has no ${detail}`,
  remedy: ([{ path }]) => {
    return step(
      "Call a port that the service has, or give it that port in all clusters.",
      showService(path.to.cluster, namesOf(path.key)),
    );
  },
};

export function judgeExists(path: Path, port?: number): Judged {
  const { service } = path;
  if (!service) return broken("missing", { cause: missing, path });
  if (port !== undefined && !service.ports.some((one) => one.port === port)) {
    const ports = enumerate(service.ports.map((one) => String(one.port)));
    const detail = `port ${port}; it has ${ports || "none"}`;
    return broken("other port", { cause: otherPort, path, detail });
  }
  return ok("exists");
}

const notShared: Cause = {
  severity: () => "fail",
  message: ([{ path }]) =>
    `Service ${path.key} of ${path.to.cluster.context} is not shared: neither it nor its namespace has label ${SERVICE_SCOPE}`,
  remedy: ([{ path }]) => {
    const { namespace, name } = namesOf(path.key);
    return remedy(
      "Share the service there, if it is the same.",
      kubectl(
        path.to.cluster,
        "-n",
        namespace,
        "label",
        "service",
        name,
        `${SERVICE_SCOPE}=global`,
      ),
    );
  },
};

/** Somebody said that it is not to be shared. */
function optsOut({ to, service }: Path): boolean {
  const own = service?.labels.get(SERVICE_SCOPE);
  const inherited = service && to.namespaceOf(service)?.labels.get(SERVICE_SCOPE);
  return (own ?? inherited) !== undefined;
}

export function judgeShared(path: Path): Judged {
  const { from, to, shared } = path;
  if (!shared) {
    return optsOut(path)
      ? { state: "design", verdict: "local" }
      : broken("not shared", { cause: notShared, path });
  }
  return from.segment === to.segment ? ok("shared") : { state: "design", verdict: "other segment" };
}

const noLink: Cause = {
  severity: () => "fail",
  message: ([{ path }]) =>
    `${path.from.cluster.context} is not linked to ${path.to.cluster.context}: it has no remote Gateway for it`,
  remedy: ([
    {
      path: { from, to },
    },
  ]) =>
    remedy(
      "Link it.",
      linkOneWay({ cluster: from.cluster, gateways: from.member.facts.gateways }, [
        { cluster: to.cluster },
      ]),
    ),
};

const brokenLink: Cause = {
  severity: () => "fail",
  message: ([{ path }]) =>
    `the link from ${path.from.cluster.context} to ${path.to.cluster.context} is broken: ${enumerate(path.link.faults)}`,
  remedy: ([
    {
      path: { from, to, link },
    },
  ]) => {
    const contexts = [from, to].map(({ cluster }) => contextWord(cluster)).join(",");
    return step(
      "Mend the link: the checks of links and of what they stand on say how.",
      mc(from.cluster, `check --contexts ${contexts}`),
      ...link.gateways.map((gateway) => showGateway(from.cluster, gateway)),
    );
  },
};

export function judgeLink(path: Path): Judged {
  const { from, link } = path;
  if (link.state === "working") return ok("linked");
  if (link.state === "none") return broken("not linked", { cause: noLink, path });
  return link.state === "broken"
    ? broken("broken", { cause: brokenLink, path })
    : unknown(`no istiod of ${from.cluster.context} runs that vouches for the link`);
}

/** Why a service of another segment is not to be had. */
export function segmentsText({ from, to }: Path): string {
  const [own, other] = [from.segment, to.segment].map((name) => name ?? "none");
  return `label ${SEGMENT} puts ${from.cluster.context} into segment ${own}, ${to.cluster.context} into ${other}: neither sees services of the other`;
}
