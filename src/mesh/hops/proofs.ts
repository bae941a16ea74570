import type { Command } from "../../model/report.ts";
import { commandLine, contextWord, kubectl } from "../commands/shell.ts";
import type { Client } from "./client.ts";
import { namesOf } from "./ends.ts";
import { showFarGateway } from "./far-end.ts";
import type { Path } from "./path.ts";
import type { Side } from "./side.ts";

/** `istioctl ztunnel-config …`, which asks one ztunnel of the cluster. */
function ztunnelConfig({ cluster }: Side, ...words: string[]): Command {
  const { kubeconfig, istioNamespace } = cluster;
  const config = kubeconfig === undefined ? "" : ` ${commandLine("--kubeconfig", kubeconfig)}`;
  return `istioctl${config} --context ${contextWord(cluster)} -i ${commandLine(istioNamespace)} ztunnel-config ${commandLine(...words)}`;
}

/** By the number of a hop from 6 on, the command that shows what is so there. */
export function proofs(path: Path, client: Client | undefined): ReadonlyMap<number, Command> {
  const { from, to, key, host } = path;
  const { namespace } = namesOf(key);
  const commands = new Map<number, Command>([
    [7, ztunnelConfig(from, "service", "--service-namespace", namespace)],
    [8, ztunnelConfig(from, "workload", "--workload-namespace", namespace)],
    [10, kubectl(to.cluster, "-n", namespace, "get", "pods", "-o", "wide")],
    [
      11,
      kubectl(
        to.cluster,
        "-n",
        to.cluster.istioNamespace,
        "logs",
        "-l",
        "app=ztunnel",
        "--tail=100",
      ),
    ],
  ]);
  commands.set(
    6,
    client?.pod !== undefined && host !== undefined
      ? kubectl(
          from.cluster,
          "-n",
          client.namespace,
          "exec",
          client.pod,
          "--",
          "getent",
          "hosts",
          host,
        )
      : ztunnelConfig(from, "service"),
  );
  for (const gateway of showFarGateway(path)) commands.set(9, gateway);
  return commands;
}
