import { at, string } from "../lib/json.ts";
import { fingerprints } from "../lib/x509/fingerprints.ts";
import { API_ROOT_CONFIG_MAP } from "../mesh/names.ts";
import type { CredentialTargetFact } from "../model/facts.ts";
import { gathered, mapGathered } from "../model/gathered.ts";
import type { RawObject } from "../model/reader.ts";
import { RESOURCES } from "../model/resource.ts";
import type { FactSource } from "../model/source.ts";
import { fact, got, listed } from "./fact.ts";
import { istioNamespaceOf } from "./istio-namespace.ts";
import { WHOLE } from "./keep.ts";
import { PEM } from "./keep-objects.ts";
import { byName, metaOf } from "./objects.ts";

/** Some other cluster has a kubeconfig that may be for this one. */
async function isSought(source: FactSource): Promise<boolean> {
  if (source.settings.mode === "peering") return false;
  const elsewhere = await source.elsewhere("remoteSecrets");
  return elsewhere.some((secrets) => secrets.ok && secrets.value.length > 0);
}

function accountsOf(objects: readonly RawObject[]) {
  return objects
    .flatMap((object) => {
      const meta = metaOf(object);
      const uid = string(at(object, "metadata", "uid"));
      return meta && uid !== undefined ? [{ namespace: meta.namespace, name: meta.name, uid }] : [];
    })
    .toSorted(byName);
}

/** Asked for only where another cluster of the run has remote secrets. */
export const credentialTarget = fact({
  key: "credentialTarget",
  meshKind: "community",
  access: [
    got(RESOURCES.configMaps, { scope: "istio" }),
    listed(RESOURCES.serviceAccounts, { scope: "istio", sensitive: "remote-accounts" }),
    listed(RESOURCES.secrets, { scope: "istio", sensitive: "remote-credentials" }),
  ],
  keeps: {
    configMaps: { data: { "ca.crt": PEM } },
    serviceAccounts: { metadata: { uid: WHOLE } },
    secrets: {},
  },
  after: ["remoteSecrets"],
  waitsForOthers: true,
  read: async (source) => {
    if (!(await isSought(source))) return gathered(undefined);
    const namespace = await istioNamespaceOf(source);
    const options = { namespace, metadataOnly: true };
    const [root, accounts, secrets] = await Promise.all([
      source.get(RESOURCES.configMaps, namespace, API_ROOT_CONFIG_MAP),
      source.list(RESOURCES.serviceAccounts, options),
      source.list(RESOURCES.secrets, options),
    ]);
    const target: CredentialTargetFact = {
      authorities:
        !root.ok && root.why === "not-found"
          ? gathered([])
          : mapGathered(root, (object) => fingerprints(string(at(object, "data", "ca.crt")) ?? "")),
      accounts: mapGathered(accounts, accountsOf),
      secrets: mapGathered(secrets, (objects) =>
        objects.flatMap((object) => metaOf(object)?.name ?? []).toSorted(),
      ),
    };
    return gathered(target);
  },
});
