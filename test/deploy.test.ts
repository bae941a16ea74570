import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { loadAll } from "js-yaml";
import { describe, expect, it } from "vitest";
import { VERSION } from "../src/version.ts";
import { deployedRbac } from "./support/deploy.ts";

/*
 * What is deployed agrees with the program: its rights, its flags, its metrics.
 */

const DEPLOY = resolve(import.meta.dirname, "../deploy");
const readText = (file: string): string => readFileSync(join(DEPLOY, file), "utf8");
const METRICS = readFileSync(join(import.meta.dirname, "golden/broken.prom"), "utf8");

interface Container {
  name: string;
  image: string;
  args?: string[];
  volumeMounts: { name: string; mountPath: string; readOnly?: boolean }[];
  securityContext: Record<string, unknown>;
  resources: { requests: object; limits: object };
}

interface PodSpec {
  serviceAccountName: string;
  securityContext: Record<string, unknown>;
  containers: Container[];
  volumes: { name: string; configMap?: { name: string } }[];
}

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
  spec: Record<string, unknown>;
}

interface Kustomization {
  kind: "Kustomization";
  resources: string[];
  images?: { newTag: string }[];
  configMapGenerator?: { name: string; files: string[] }[];
}

const documents = (file: string): unknown[] => loadAll(readText(file));
const kustomizations = globSync("*/kustomization.yaml", { cwd: DEPLOY });
const manifests = globSync("*/*.yaml", { cwd: DEPLOY })
  .filter((file) => !kustomizations.includes(file))
  .flatMap((file) => documents(file) as Manifest[]);

function manifest(kind: string): Manifest {
  const found = manifests.find((one) => one.kind === kind);
  if (!found) throw new Error(`there is no ${kind}`);
  return found;
}

interface Template {
  metadata: { labels: Record<string, string> };
  spec: PodSpec;
}

/** The pods that are made. */
const templates = [
  (manifest("Deployment").spec as { template: Template }).template,
  (manifest("CronJob").spec as { jobTemplate: { spec: { template: Template } } }).jobTemplate.spec
    .template,
];

describe("what is deployed", () => {
  it("has the rights that mc rbac prints (npm run schema)", async () => {
    expect(readText("base/rbac.yaml")).toBe(await deployedRbac());
  });

  it.each(kustomizations)("%s names files that there are", (file) => {
    const [one] = documents(file) as Kustomization[];
    const generated = one?.configMapGenerator?.flatMap(({ files }) => files) ?? [];
    const named = [...(one?.resources ?? []), ...generated];
    expect(named.length).toBeGreaterThan(1);
    expect(named.filter((path) => !existsSync(join(DEPLOY, dirname(file), path)))).toEqual([]);
    for (const { newTag } of one?.images ?? []) expect(newTag).toBe(VERSION);
  });

  it("runs as nobody, writes nowhere but where it must, and stays out of the mesh", () => {
    for (const { metadata, spec } of templates) {
      expect(spec.serviceAccountName).toBe(manifest("ServiceAccount").metadata.name);
      expect(spec.securityContext).toMatchObject({ runAsNonRoot: true });
      expect(metadata.labels["istio.io/dataplane-mode"]).toBe("none");
      const volumes = spec.volumes.map(({ name }) => name);
      for (const { image, securityContext, volumeMounts, resources } of spec.containers) {
        expect(image).toBe("mc");
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        });
        expect(volumeMounts.filter(({ name }) => !volumes.includes(name))).toEqual([]);
        expect(Object.keys(resources)).toEqual(["requests", "limits"]);
      }
    }
  });

  it("is found by what scrapes it", () => {
    const { metadata, spec } = manifest("Service");
    const [deployed] = templates;
    expect(deployed?.metadata.labels).toMatchObject(spec["selector"] as object);
    const { selector } = manifest("ServiceMonitor").spec as { selector: { matchLabels: object } };
    expect(metadata.labels).toMatchObject(selector.matchLabels);
  });

  it("alerts and draws by metrics and labels that there are", () => {
    const { groups } = manifest("PrometheusRule").spec as {
      groups: { rules: { alert: string; expr: string; annotations: Record<string, string> }[] }[];
    };
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.length).toBeGreaterThan(3);
    const { panels } = JSON.parse(readText("metrics/dashboard.json")) as {
      panels: { id: number; title: string; targets: { expr: string }[] }[];
    };
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const texts = [
      ...rules.map(({ expr, annotations }) => ({ expr, text: JSON.stringify(annotations) })),
      ...panels.flatMap(({ targets }) => targets.map(({ expr }) => ({ expr, text: "" }))),
    ];
    for (const { expr, text } of texts) {
      const names = expr.match(/\bmc_\w+/g) ?? [];
      expect(names.length).toBeGreaterThan(0);
      for (const name of names) {
        expect(METRICS).toContain(`# TYPE ${name} gauge\n`);
        const sample = METRICS.split("\n").find((line) => line.startsWith(`${name}{`)) ?? "";
        for (const [, label] of text.matchAll(/\$labels\.(\w+)/g)) {
          expect(sample).toMatch(new RegExp(`[{,]${label}="`));
        }
      }
    }
  });
});
