import { defined } from "../../lib/defined.ts";
import { isObjectName } from "../../lib/object-name.ts";
import type { Client } from "../../mesh/hops/client.ts";
import type { Trace } from "../../mesh/hops/hop.ts";
import { UsageError } from "../../model/errors.ts";
import { jsonText } from "../../reporters/json.ts";
import { yamlText } from "../../reporters/yaml.ts";
import { EXIT_FAULT } from "../shared/exit-code.ts";
import { formatCalled } from "../shared/format.ts";
import type { Io } from "../shared/io.ts";
import { closeReaders, openReaders } from "../shared/readers.ts";
import { note } from "../shared/say.ts";
import type { ServiceMeshOptions } from "../shared/service-mesh.ts";
import { tracesText } from "./text.ts";
import { traceAll } from "./traces.ts";
import { traceTree } from "./tree.ts";

/** Flags of `mc trace`, parsed. */
export interface TraceOptions extends ServiceMeshOptions {
  from?: string;
  to?: string;
  client?: string;
  port?: number;
  deep?: boolean;
  output: string;
}

interface ServiceName {
  namespace: string;
  name: string;
}

/** `reviews.bookinfo`; what follows, as in a host, is left out. */
function serviceOf(given: string | undefined, { namespace }: TraceOptions): ServiceName {
  const needs = "mc trace needs a service: SERVICE.NAMESPACE, as in reviews.bookinfo";
  if (given === undefined) throw new UsageError(needs);
  const [name = "", space = namespace ?? ""] = given.split(".");
  if (!isObjectName(name) || !isObjectName(space)) {
    throw new UsageError(`${JSON.stringify(given)} names no service: ${needs}`);
  }
  return { namespace: space, name };
}

/** Whether Kubernetes takes it for the name of a pod. */
function isName(text: string): boolean {
  return /^[a-z0-9][a-z0-9.-]{0,252}$/.test(text);
}

function clientOf({ client }: TraceOptions): Client | undefined {
  if (client === undefined) return undefined;
  const [first = "", pod, ...more] = client.split("/");
  if (more.length > 0 || !isName(first) || (pod !== undefined && !isName(pod))) {
    throw new UsageError(
      `--client ${JSON.stringify(client)}: give NAMESPACE/POD, or a NAMESPACE for all of its pods`,
    );
  }
  return pod === undefined ? { namespace: first } : { namespace: first, pod };
}

const FORMATS: Readonly<Record<string, (traces: readonly Trace[]) => string>> = {
  text: tracesText,
  json: (traces) => jsonText(traceTree(traces)),
  yaml: (traces) => yamlText(traceTree(traces)),
};

const FAULTY: ReadonlySet<Trace["outcome"]> = new Set(["broken", "unknown"]);

/** `mc trace`: resolves with the exit code, the paths being written. */
export async function runTrace(
  given: string | undefined,
  options: TraceOptions,
  io: Io,
): Promise<number> {
  const format = formatCalled(FORMATS, options.output, "mc trace");
  const service = serviceOf(given, options);
  const client = clientOf(options);
  const { from, to, port, deep } = options;
  const request = { service, ...defined({ client, from, to, port, deep }) };
  const readers = await openReaders(options, options.timeout, io);
  try {
    const { traces, unread } = await traceAll(readers, request, options, io);
    for (const { context, cause } of unread) {
      await note(io, options, `${context} not read: ${cause.detail}`);
    }
    await io.stdout.write(format(traces));
    const isFaulty = traces.some(({ outcome }) => FAULTY.has(outcome));
    return isFaulty || unread.length > 0 ? EXIT_FAULT : 0;
  } finally {
    await closeReaders(readers);
  }
}
