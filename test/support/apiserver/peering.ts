import type { ApiServer } from "../apiserver.ts";
import type { ControllerOptions, KubeObject } from "./types.ts";

interface Sync {
  cluster_id: string;
  proxy: string;
  proxy_type: string;
}

const labelOf = ({ metadata }: KubeObject, name: string): string | undefined =>
  (metadata["labels"] as Record<string, string> | undefined)?.[name];

const istiodsOf = (server: ApiServer): KubeObject[] =>
  server.objects().filter((object) => object.kind === "Pod" && labelOf(object, "app") === "istiod");

interface WithContainers {
  template?: { spec?: { containers?: { env?: { name: string; value?: string }[] }[] } };
}

/** CLUSTER_ID as istiod's Deployment has it. */
function clusterIdOf(server: ApiServer): string | undefined {
  const istiod = server
    .objects()
    .find((object) => object.kind === "Deployment" && labelOf(object, "app") === "istiod");
  const { template } = (istiod?.["spec"] ?? {}) as WithContainers;
  const env = (template?.spec?.containers ?? []).flatMap((container) => container.env ?? []);
  return env.find(({ name }) => name === "CLUSTER_ID")?.value;
}

/**
 * Lets servers see each other's links: once a remote Gateway is connected, istiod of the cluster
 * that it stands for lists the istiod of the other one in /debug/syncz.
 *
 * @param servers by any name, filled in once they have started
 * @returns what the controller of each calls
 */
export function peersAmong(
  servers: ReadonlyMap<string, ApiServer>,
): (source: string) => NonNullable<ControllerOptions["onPeer"]> {
  return (source) => (gateway, event) => {
    const wanted = labelOf(gateway, "topology.istio.io/cluster");
    const target = [...servers.values()].find((server) => clusterIdOf(server) === wanted);
    const from = servers.get(source);
    const cluster = from && clusterIdOf(from);
    if (!target || !cluster) return;
    const entry: Sync = {
      cluster_id: cluster,
      proxy: `${istiodsOf(from)[0]?.metadata.name}.istio-system`,
      proxy_type: "istiod",
    };
    for (const { metadata } of istiodsOf(target)) {
      const key = `${metadata.namespace}/${metadata.name}/15014/syncz`;
      const known = (target.debug(key) ?? []) as Sync[];
      const others = known.filter(
        ({ cluster_id, proxy_type }) => cluster_id !== cluster || proxy_type !== "istiod",
      );
      target.setDebug(key, event === "connected" ? [...others, entry] : others);
    }
  };
}
