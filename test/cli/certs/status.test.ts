import { load } from "js-yaml";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { MadeCertificate } from "../../../src/certs/make.ts";
import { PRIVATE_KEY, root, signingSet } from "../../support/ca.ts";
import { runMc } from "../../support/cli.ts";
import { cacertsData, startMesh, type Mesh } from "../../support/rotating-mesh.ts";

let old: MadeCertificate;
let fresh: MadeCertificate;
let mesh: Mesh | undefined;

const DAY = 24 * 60 * 60_000;

beforeAll(async () => {
  const now = Date.now();
  [old, fresh] = await Promise.all([root({ now: now - 100 * DAY }), root({ now })]);
});

afterEach(async () => {
  await mesh?.close();
  mesh = undefined;
});

interface Status {
  clusters: { context: string; phase?: string; keptBy?: string; error?: string }[];
  rotation?: { to: string; certain: boolean; tooFarApart: boolean };
  next: { text: string; commands: string[] }[];
}

async function status(of: Mesh): Promise<Status> {
  const { code, stdout } = await of.clusters.mc([
    "certs",
    "status",
    "--contexts=cluster1,cluster2",
    "-o",
    "json",
  ]);
  expect(code).toBe(0);
  expect(stdout).not.toMatch(PRIVATE_KEY);
  return JSON.parse(stdout) as Status;
}

/** Puts both roots into the Secret of a cluster, and one of them to sign below. */
async function setSecret(
  of: Mesh,
  context: string,
  signer: MadeCertificate,
  roots: MadeCertificate[],
): Promise<void> {
  const set = await signingSet(signer, context);
  const bundle = roots.map(({ certificate }) => certificate).join("");
  of.clusters.edit(context, "Secret", "istio-system/cacerts", (object) => {
    object["data"] = cacertsData({ ...set, roots: bundle });
  });
}

describe("mc certs status", () => {
  it("shows roots, intermediates, who signed them and who keeps them", async () => {
    mesh = await startMesh("unlinked", old);
    const { code, stdout, stderr } = await mesh.clusters.mc([
      "certs",
      "status",
      "--contexts=cluster1,cluster2",
    ]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).not.toMatch(PRIVATE_KEY);
    expect(stdout.split("\n").slice(0, 6)).toEqual([
      "=== Cluster: cluster1 ===",
      expect.stringMatching(
        /^Root: {9}CN=Root CA,O=Istio \(SHA-256 [\da-f]{12}\), EC P-256, until \d{4}-\d\d-\d\d \(35\d\d days\)$/,
      ),
      expect.stringMatching(/^Intermediate: CN=Intermediate CA,O=Istio,L=cluster1 \(SHA-256 /),
      expect.stringMatching(/^Signed by: {4}CN=Root CA,O=Istio \(SHA-256 [\da-f]{12}\)$/),
      "Secret:       cacerts, kept by mc",
      "======",
    ]);
    expect(stdout).not.toContain("→");
  });

  it("says how far a rotation is, and what is next", async () => {
    mesh = await startMesh("unlinked", old);
    await setSecret(mesh, "cluster1", old, [old, fresh]);
    const adding = await status(mesh);
    expect(adding.clusters.map(({ phase }) => phase)).toEqual(["adding", "stable"]);
    expect(adding.rotation).toMatchObject({ certain: true, tooFarApart: false });
    expect(adding.next).toEqual([
      {
        text: expect.stringMatching(/^cluster1: istiod has not taken the new root over/) as string,
        commands: [expect.stringMatching(/--context cluster1 .* rollout restart deployment/)],
      },
    ]);

    mesh.istiodLoads("cluster1");
    const next = async (of: Mesh): Promise<string> => (await status(of)).next[0]?.text ?? "";
    expect(await next(mesh)).toBe("cluster2: put the new root beside the old one");
    await setSecret(mesh, "cluster2", old, [old, fresh]);
    mesh.istiodLoads("cluster2");
    expect(await next(mesh)).toMatch(/^cluster1, cluster2: once all .* let istiod sign below/);
    await setSecret(mesh, "cluster1", fresh, [old, fresh]);
    await setSecret(mesh, "cluster2", fresh, [old, fresh]);
    expect(await next(mesh)).toMatch(/^cluster1, cluster2: once every .* drop the old root$/);
    await setSecret(mesh, "cluster1", fresh, [fresh]);
    expect(await next(mesh)).toMatch(/^cluster1: istiod has not dropped the old root/);
    mesh.istiodLoads("cluster1");
    await setSecret(mesh, "cluster2", fresh, [fresh]);
    mesh.istiodLoads("cluster2");
    const done = await status(mesh);
    expect([done.rotation, done.next]).toEqual([undefined, []]);
  });

  it("says which certificates end soon", async () => {
    const ending = await root({ now: Date.now() - 20 * DAY, days: 25 });
    mesh = await startMesh("unlinked", ending);
    const { next } = await status(mesh);
    expect(next).toHaveLength(2);
    expect(next[0]?.text).toMatch(/^cluster1: root CN=Root CA.* ends soon: make another one with/);
    expect(next[0]?.commands[0]).toMatch(
      /^mc certs rotate --contexts cluster1,cluster2 --to <directory>/,
    );
    await mesh.close();
    mesh = await startMesh("unlinked", old);
    const set = await signingSet(old, "cluster2", { now: Date.now() - 20 * DAY, days: 25 });
    mesh.clusters.edit("cluster2", "Secret", "istio-system/cacerts", (object) => {
      object["data"] = cacertsData(set);
    });
    expect((await status(mesh)).next.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^cluster2: CN=Intermediate CA.* below the same root/),
    ]);
  });

  it("says who keeps a Secret that mc would not write, and who signs in place of istiod", async () => {
    mesh = await startMesh("unlinked", old);
    mesh.clusters.edit("cluster1", "Secret", "istio-system/cacerts", ({ metadata }) => {
      metadata["annotations"] = { "cert-manager.io/certificate-name": "istio-ca" };
    });
    mesh.clusters.edit("cluster2", "Deployment", "istio-system/istiod", (object) => {
      const spec = object["spec"] as {
        template: { spec: { containers: { env: object[] }[] } };
      };
      spec.template.spec.containers[0]?.env.push({ name: "ENABLE_CA_SERVER", value: "false" });
    });
    const { stdout } = await mesh.clusters.mc(["certs", "status", "--contexts=cluster1,cluster2"]);
    expect(stdout).toContain("Secret:       cacerts, kept by cert-manager, Certificate istio-ca\n");
    expect(stdout).toContain("cannot add a second one");
    expect(stdout).toContain("kept by an external CA\n");
  });

  it("of a cluster that cannot be read says why, exit 1", async () => {
    mesh = await startMesh("unlinked", old);
    mesh.clusters.server("cluster2").setFaults([{ kind: "status", status: 500 }]);
    const { code, stdout } = await mesh.clusters.mc([
      "certs",
      "status",
      "--contexts=cluster1,cluster2",
    ]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/=== Cluster: cluster2 ===\nNot read: /);
    expect(stdout).toContain("=== Cluster: cluster1 ===\nRoot:");
  });

  it("reads recordings, and is YAML when asked for", async () => {
    const directory = "fixtures/root-rotation";
    const { code, stdout } = await runMc(["certs", "status", "--directory", directory, "-o=yaml"]);
    expect(code).toBe(0);
    expect(load(stdout)).toMatchObject({
      schemaVersion: "mc.certs/v1",
      clusters: [
        { context: "cluster1", secret: "cacerts", phase: "switched" },
        { context: "cluster2", secret: "cacerts", phase: "stable" },
      ],
      rotation: { name: "CN=Root CA 2026,O=Istio", certain: false, tooFarApart: true },
    });
    const text = await runMc(["certs", "status", "--directory", directory]);
    expect(text.stdout).toContain("Rotation to root CN=Root CA 2026,O=Istio (SHA-256 ");
    expect(text.stdout).toContain(", if that is the new one, which their ages do not tell\n");
  });
});
