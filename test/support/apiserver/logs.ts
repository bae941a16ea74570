import { badRequest } from "./errors.ts";
import type { Reply, ResourceCall } from "./state.ts";
import { get } from "./read.ts";
import type { KubeObject } from "./types.ts";

interface PodParts {
  spec?: { containers?: { name: string }[]; initContainers?: { name: string }[] };
  status?: { containerStatuses?: ContainerStatus[]; initContainerStatuses?: ContainerStatus[] };
}

interface ContainerStatus {
  name: string;
  state?: { waiting?: { reason?: string } };
  lastState?: { terminated?: object };
}

/** GET pods/NAME/log: what the kubelet has, from where and as far back as is asked. */
export function podLog(call: ResourceCall): Reply {
  if (call.request.method !== "GET") throw badRequest("pods/log is read only");
  const { namespace = "", name = "" } = call.target;
  const { subresource: _log, ...target } = call.target;
  const pod = (get({ ...call, target }) as { body: KubeObject }).body as KubeObject & PodParts;
  const { query } = call.request;
  const container = containerOf(pod, query.get("container"));
  const text = call.state.logs[`${namespace}/${name}/${container}`] ?? "";
  return { status: 200, contentType: "text/plain", body: portion(text, query, call.state.now()) };
}

function containerOf(pod: KubeObject & PodParts, asked: string | null): string {
  const { containers = [], initContainers = [] } = pod.spec ?? {};
  const names = [...initContainers, ...containers].map(({ name }) => name);
  const { name } = pod.metadata;
  const container = asked ?? (names.length === 1 ? names[0] : undefined);
  if (container === undefined) {
    throw badRequest(
      `a container name must be specified for pod ${name}, choose one of: [${names.join(" ")}]`,
    );
  }
  if (!names.includes(container)) {
    throw badRequest(`container ${container} is not valid for pod ${name}`);
  }
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
  const status = [...containerStatuses, ...initContainerStatuses].find(
    (one) => one.name === container,
  );
  const waiting = status?.state?.waiting;
  if (waiting && !status.lastState?.terminated) {
    throw badRequest(
      `container "${container}" in pod "${name}" is waiting to start: ${waiting.reason ?? ""}`,
    );
  }
  return container;
}

function portion(text: string, query: URLSearchParams, now: number): string {
  const since = Number(query.get("sinceSeconds") ?? Number.POSITIVE_INFINITY);
  const tail = Number(query.get("tailLines") ?? Number.POSITIVE_INFINITY);
  const lines = text.split("\n").filter((line) => line !== "");
  const recent = lines.filter((line) => {
    const written = Date.parse(line.split(" ", 1)[0] ?? "");
    return Number.isNaN(written) || written >= now - since * 1000;
  });
  const last = recent.slice(-Math.min(tail, recent.length || 1));
  const stamped = query.get("timestamps") === "true";
  return last.map((line) => `${stamped ? line : line.replace(/^\S+ /, "")}\n`).join("");
}
