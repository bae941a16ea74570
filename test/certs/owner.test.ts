import { describe, expect, it } from "vitest";
import { externalCa } from "../../src/certs/external.ts";
import { secretOwner } from "../../src/certs/owner.ts";
import { env, istiod } from "../support/facts.ts";

const by = (...managers: string[]): object => ({
  managedFields: managers.map((manager) => ({ manager, operation: "Update" })),
});
const owned = (kind: string): object => ({ ownerReferences: [{ kind, name: "x" }] });

describe("who keeps Secret cacerts", () => {
  it.each([
    ["cert-manager", { annotations: { "cert-manager.io/certificate-name": "istio-ca" } }],
    ["cert-manager", by("cert-manager-certificates-issuing")],
    ["vault", owned("VaultStaticSecret")],
    ["vault", { labels: { "app.kubernetes.io/managed-by": "hashicorp-vso" } }],
    ["external-secrets", owned("ExternalSecret")],
    ["external-secrets", { labels: { "reconcile.external-secrets.io/managed": "true" } }],
    ["sealed-secrets", owned("SealedSecret")],
    ["csi", { labels: { "secrets-store.csi.k8s.io/managed": "true" } }],
    ["gitops", { annotations: { "argocd.argoproj.io/tracking-id": "x" } }],
    ["gitops", by("kustomize-controller")],
  ])("is seen, and left alone: %s %j", (kind, metadata) => {
    const owner = secretOwner({ metadata });
    expect(owner.kind).toBe(kind);
    expect(owner.advice).toMatch(/\.$/);
  });

  it("names the Certificate and its issuer of cert-manager", () => {
    const annotations = {
      "cert-manager.io/certificate-name": "istio-ca",
      "cert-manager.io/issuer-kind": "ClusterIssuer",
      "cert-manager.io/issuer-name": "vault",
    };
    expect(secretOwner({ metadata: { annotations } }).text).toBe(
      "cert-manager, Certificate istio-ca, ClusterIssuer vault",
    );
  });

  it("may be istiod, by a key that it leaves", () => {
    const owner = secretOwner({ metadata: {}, data: { "istio-generated": "" } });
    expect(owner).toMatchObject({ kind: "istiod" });
    expect(owner.advice).toContain("Take the key out");
  });

  it.each([
    [by("kubectl-create", "mc"), "kubectl-create, mc"],
    [{}, "nobody that it names"],
    [{ ownerReferences: [null, { kind: 5 }], managedFields: "x" }, "nobody that it names"],
  ])("else are people: %j", (metadata, text) => {
    expect(secretOwner({ metadata })).toEqual({ kind: "people", text });
  });
});

describe("who signs in place of istiod", () => {
  it.each([
    [{ ENABLE_CA_SERVER: "false" }, /ENABLE_CA_SERVER=false.*istio-csr/],
    [
      { EXTERNAL_CA: "ISTIOD_RA_KUBERNETES_API" },
      /EXTERNAL_CA=ISTIOD_RA_KUBERNETES_API.*the CA behind it/,
    ],
    [
      { ROOT_CA_DIR: "/etc/mine" },
      /ROOT_CA_DIR=\/etc\/mine(?!.*istio-csr).*where those files come from/,
    ],
  ])("%j", (values, text) => {
    expect(externalCa([istiod({ env: env(values) })])).toMatch(text);
    // Another revision still signs itself.
    expect(externalCa([istiod(), istiod({ env: env(values) })])).toBeUndefined();
  });

  it("is nobody as a rule", () => {
    expect(externalCa([istiod({ env: env({ ENABLE_CA_SERVER: "true", EXTERNAL_CA: "" }) })])).toBe(
      undefined,
    );
  });
});
