import { certificateMaker } from "./certificates.ts";
import { cluster, type ClusterFixture, find, link } from "./cluster.ts";
import type { KubeObject } from "./objects.ts";

/** What a Secret cacerts holds, by key and in plain text. */
export type CacertsFiles = Record<string, string>;

/** Two linked clusters under one root; the Secret cacerts of the second is what `change` makes of it. */
export async function withCacerts(
  change: (files: CacertsFiles) => CacertsFiles,
  istiodEnv: Record<string, string> = {},
): Promise<ClusterFixture[]> {
  const names = ["cluster1", "cluster2"];
  const certificates = await certificateMaker.shared(names);
  const clusters = names.map((name, index) =>
    cluster({
      context: name,
      id: name,
      network: name,
      address: `192.0.2.${index + 1}0`,
      certificates: certificates[name] ?? { intermediate: "", roots: "" },
      istiodEnv: index === 1 ? istiodEnv : {},
    }),
  );
  const [, second] = link(...clusters);
  if (second) setFiles(find(second, "Secret", "cacerts"), change);
  return clusters;
}

function setFiles(secret: KubeObject, change: (files: CacertsFiles) => CacertsFiles): void {
  const encoded = secret["data"] as CacertsFiles;
  const files = mapped(encoded, (value) => Buffer.from(value, "base64").toString());
  secret["data"] = mapped(change(files), (value) => Buffer.from(value).toString("base64"));
}

function mapped(files: CacertsFiles, convert: (value: string) => string): CacertsFiles {
  return Object.fromEntries(Object.entries(files).map(([key, value]) => [key, convert(value)]));
}
