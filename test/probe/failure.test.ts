import { describe, expect, it } from "vitest";
import { failureOf, wantsClientCertificate } from "../../src/probe/failure.ts";

function coded(code: string, more: object = {}): Error {
  return Object.assign(new Error(code), { code, ...more });
}

describe("what ends an attempt before TLS", () => {
  it.each([
    ["ECONNREFUSED", "refused"],
    ["ENOTFOUND", "no-such-host"],
    ["ENODATA", "no-such-host"],
    ["EAI_AGAIN", "dns-failed"],
    ["EHOSTUNREACH", "no-route"],
    ["ENETUNREACH", "no-route"],
    ["EPERM", "no-route"],
    ["ETIMEDOUT", "timed-out"],
    ["ERR_SOCKET_CONNECTION_TIMEOUT", "timed-out"],
  ])("%s is %s", (code, verdict) => {
    expect(failureOf(coded(code), "tcp").verdict).toBe(verdict);
  });

  it("is told by the step where time is up", () => {
    const late = new DOMException("late", "TimeoutError");
    expect(failureOf(late, "dns")).toEqual({
      verdict: "dns-failed",
      reason: "DNS does not answer",
    });
    expect(failureOf(late, "tcp").verdict).toBe("timed-out");
    expect(failureOf(coded("ESERVFAIL"), "dns").reason).toBe(
      "the host name cannot be resolved: ESERVFAIL",
    );
  });
});

describe("what ends an attempt in TLS", () => {
  it.each([
    ["ERR_SSL_WRONG_VERSION_NUMBER", "not-tls", "what listens there does not speak TLS"],
    ["ECONNRESET", "tls-failed", "it closes the connection as TLS begins"],
    ["ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", "tls-failed", "it breaks TLS off: protocol version"],
    ["ERR_SSL_ODD", "tls-failed", "TLS does not come about: ERR_SSL_ODD"],
  ])("%s is %s", (code, verdict, reason) => {
    expect(failureOf(coded(code), "tls")).toEqual({ verdict, reason });
  });

  it("says what OpenSSL says, in one line", () => {
    const odd = coded("ERR_SSL_ODD", { reason: "no shared\ncipher" });
    expect(failureOf(odd, "tls").reason).toBe("TLS does not come about: no shared cipher");
    expect(failureOf(undefined, "tls").verdict).toBe("tls-failed");
  });

  it.each([
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", true, true],
    ["ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE", true, true],
    ["ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE", true, false],
    ["ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE", true, false],
    ["ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", false, false],
    ["ECONNRESET", false, false],
  ])(
    "%s is for want of a client certificate: after the server's %s, before it %s",
    (code, after, before) => {
      expect([
        wantsClientCertificate(coded(code), true),
        wantsClientCertificate(coded(code), false),
      ]).toEqual([after, before]);
    },
  );
});
