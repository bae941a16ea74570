import { array, at, property, string } from "../lib/json.ts";
import { Cut, type Keep, type KeepMap, WHOLE } from "./keep.ts";

/** A volume of a pod spec, and the directories where containers have it. */
export interface Volume {
  hostPath?: string;
  configMap?: string;
  secret?: string;
  csiDriver?: string;
  /** It goes with the pod. */
  emptyDir: boolean;
  directories: string[];
}

const MOUNTS: Keep = new Cut([{ name: WHOLE, mountPath: WHOLE }], (mounts) =>
  array(mounts).filter((mount) => /spi(?:re|ffe)/.test(string(property(mount, "mountPath")) ?? "")),
);

/** What `volumesOf` reads of a pod spec: of mounts those whose paths name SPIRE. */
export const VOLUMES: KeepMap = {
  volumes: [
    {
      name: WHOLE,
      hostPath: { path: WHOLE },
      configMap: { name: WHOLE },
      secret: { secretName: WHOLE },
      csi: { driver: WHOLE },
      emptyDir: {},
    },
  ],
  containers: [{ name: WHOLE, volumeMounts: MOUNTS }],
};

export function volumesOf(podSpec: unknown): Volume[] {
  const mounts = array(property(podSpec, "containers")).flatMap((container) =>
    array(property(container, "volumeMounts")).flatMap((mount) => {
      const [name, path] = [string(property(mount, "name")), string(property(mount, "mountPath"))];
      return name !== undefined && path !== undefined ? [{ name, path }] : [];
    }),
  );
  return array(property(podSpec, "volumes")).map((volume) => {
    const name = string(property(volume, "name"));
    const [hostPath, configMap, secret, csiDriver] = [
      string(at(volume, "hostPath", "path")),
      string(at(volume, "configMap", "name")),
      string(at(volume, "secret", "secretName")),
      string(at(volume, "csi", "driver")),
    ];
    return {
      emptyDir: property(volume, "emptyDir") !== undefined,
      directories: [...new Set(mounts.flatMap((one) => (one.name === name ? [one.path] : [])))],
      ...(hostPath !== undefined && { hostPath }),
      ...(configMap !== undefined && { configMap }),
      ...(secret !== undefined && { secret }),
      ...(csiDriver !== undefined && { csiDriver }),
    };
  });
}

/** Names of the containers of a pod spec. */
export function containersOf(podSpec: unknown): Set<string> {
  return new Set(
    array(property(podSpec, "containers")).flatMap((one) => string(property(one, "name")) ?? []),
  );
}
