import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/model/errors.ts";
import type { ClusterEntry } from "../../src/readers/kubeconfig/index.ts";
import { endpointOf } from "../../src/readers/live/connection/endpoint.ts";
import { proxyFor } from "../../src/readers/live/connection/proxy-env.ts";
import { safeText } from "../../src/readers/live/connection/fault.ts";
import { kubeconfigFor, openKubeconfig, temporaryDirectory } from "./live-support.ts";

function target(server: string, cluster: Partial<ClusterEntry> = {}): ClusterEntry {
  return { name: "ctx", server, skipTLSVerify: false, disableCompression: false, ...cluster };
}

describe("the server of a cluster", () => {
  it.each([
    ["https://api.example.com", { tls: true, authority: "api.example.com:443", prefix: "" }],
    ["HTTPS://API.example.com:6443/", { tls: true, authority: "api.example.com:6443", prefix: "" }],
    ["https://[fd00::1]/k8s/c/", { host: "fd00::1", authority: "[fd00::1]:443", prefix: "/k8s/c" }],
    ["http://10.0.0.1", { tls: false, authority: "10.0.0.1:80" }],
    ["localhost:8080", { tls: false, authority: "localhost:8080", compress: false }],
  ])("%s", (server, expected) => {
    expect(endpointOf(target(server), {})).toMatchObject(expected);
  });

  it("is taken for https without a scheme where there is something to verify", () => {
    expect(endpointOf(target("api:6443", { skipTLSVerify: true }), {}).tls).toBe(true);
    const caData = Buffer.from("PEM").toString("base64");
    expect(endpointOf(target("api:6443", { caData }), {})).toMatchObject({
      tls: true,
      host: "api",
      compress: true,
    });
    expect(endpointOf(target("https://a", { disableCompression: true }), {}).compress).toBe(false);
  });

  it.each([
    ["ftp://a", "ftp"],
    ["htps://a:6443", "htps"],
  ])("has another scheme: %s", (server, scheme) => {
    expect(() => endpointOf(target(server), {})).toThrow(
      new UsageError(
        `server of cluster "ctx" in the kubeconfig has the scheme "${scheme}": it must be https or http`,
      ),
    );
  });

  it.each(["https://", "http://a b", "https://a:99999"])("is no URL: %s", (server) => {
    expect(() => endpointOf(target(server), {})).toThrow(
      new UsageError('server of cluster "ctx" in the kubeconfig is not an http or https URL'),
    );
  });
});

describe("files that a kubeconfig names", () => {
  const server = { url: "https://127.0.0.1:1" };

  it("are read when the cluster is opened", () => {
    const directory = temporaryDirectory();
    const absent = join(directory, "absent");
    const cluster = { "certificate-authority": absent };
    expect(() => openKubeconfig(kubeconfigFor(server), { cluster })).toThrow(
      new UsageError(`certificate-authority of cluster "ctx": ${absent} cannot be read`),
    );
    const user = { "client-certificate": absent, "client-key": absent };
    expect(() => openKubeconfig(kubeconfigFor(server, user))).toThrow(
      new UsageError(`client-certificate of user "ctx": ${absent} cannot be read`),
    );
    const present = join(directory, "present");
    writeFileSync(present, "PEM");
    const half = { "client-certificate": present, "client-key": absent };
    expect(() => openKubeconfig(kubeconfigFor(server, half))).toThrow(
      new UsageError(`client-key of user "ctx": ${absent} cannot be read`),
    );
  });
});

function to(host: string, port = 443, tls = true) {
  return { host, port, tls };
}

function proxied(noProxy: string, host: string): boolean {
  const env = { HTTPS_PROXY: "http://proxy:3128", NO_PROXY: noProxy };
  return proxyFor(to(host), undefined, env) !== undefined;
}

describe("the proxy of the environment", () => {
  it("is that of the scheme, in upper or lower case", () => {
    const env = { HTTPS_PROXY: "", https_proxy: "socks5://a:1", HTTP_PROXY: "b" };
    expect(proxyFor(to("x"), undefined, env)?.href).toBe("socks5://a:1");
    expect(proxyFor(to("x", 80, false), undefined, env)?.href).toBe("http://b/");
    expect(proxyFor(to("x"), undefined, {})).toBeUndefined();
    expect(proxyFor(to("x"), "https://c", env)?.href).toBe("https://c/");
    expect(() => proxyFor(to("x"), undefined, { HTTPS_PROXY: "ldap://me:hunter2@x" })).toThrow(
      new UsageError("HTTPS_PROXY is not an http, https or socks5 URL"),
    );
  });

  it.each([
    ["*", "a.example.com", false],
    ["example.com", "a.example.com", false],
    ["example.com", "EXAMPLE.com", false],
    ["example.com", "badexample.com", true],
    [" .example.com , other", "a.example.com", false],
    [".example.com", "example.com", true],
    ["*.example.com", "a.example.com", false],
    ["10.0.0.0/8", "10.1.2.3", false],
    ["10.0.0.0/8", "11.1.2.3", true],
    ["10.0.0.0/8", "fd00::1", true],
    ["fd00::/8", "fd00::1", false],
    ["10.1.2.3", "10.1.2.3", false],
    ["10.1.2.3", "10.1.2.4", true],
    ["example.com", "10.1.2.3", true],
    ["example.com:443", "example.com", false],
    ["example.com:8443", "example.com", true],
    ["[fd00::1]:443", "fd00::1", false],
    ["fd00::1", "fd00::1", false],
    ["", "example.com", true],
    [",", "example.com", true],
  ])("NO_PROXY=%s, %s", (noProxy, host, expected) => {
    expect(proxied(noProxy, host)).toBe(expected);
  });

  it("is never used for this machine", () => {
    for (const host of ["localhost", "127.0.0.1", "127.1.2.3", "::1"]) {
      expect(proxied("", host)).toBe(false);
    }
  });
});

describe("texts of others", () => {
  it("lose what looks like a credential", () => {
    expect(safeText(`token sha256~${"a1".repeat(20)} and ${"Ab1".repeat(40)}= end`)).toBe(
      "token … and … end",
    );
    expect(safeText('pods "istiod-6f7c9d8b5-abcde" is forbidden')).toBe(
      'pods "istiod-6f7c9d8b5-abcde" is forbidden',
    );
    expect(safeText("x ".repeat(1000))).toHaveLength(601);
  });
});
