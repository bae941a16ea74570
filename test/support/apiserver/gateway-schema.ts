import type { Schema } from "./schema.ts";

/* The Gateway API's Gateway and GatewayClass, standard channel. */

type Fields = Record<string, unknown>;

const DOMAIN = String.raw`[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*`;
const HOSTNAME = new RegExp(String.raw`^(\*\.)?${DOMAIN}$`);

const text = (max: number, more: Partial<Schema> = {}): Schema => ({
  type: "string",
  max,
  ...more,
});
const choice = (...values: string[]): Schema => ({ type: "string", enum: values });
const mapOf = (values: Schema, max?: number): Schema => ({
  type: "object",
  values,
  ...(max !== undefined && { max }),
});
const object = (properties: Record<string, Schema>, more: Partial<Schema> = {}): Schema => ({
  type: "object",
  properties,
  ...more,
});
const list = (items: Schema, more: Partial<Schema> = {}): Schema => ({
  type: "array",
  items,
  ...more,
});

const group = text(253, { pattern: new RegExp(`^$|^${DOMAIN}$`) });
const kind = text(63, { min: 1, pattern: /^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/ });
const name = text(253, { min: 1 });
const namespace = text(63, { min: 1, pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/ });
const reference = object({ group, kind, name, namespace }, { required: ["group", "kind", "name"] });
const secretReference = object(
  { group: { ...group, default: "" }, kind: { ...kind, default: "Secret" }, name, namespace },
  { required: ["name"] },
);
const plain: Schema = { type: "string" };
const selector = object(
  {
    matchLabels: mapOf(plain),
    matchExpressions: list(
      object(
        { key: plain, operator: plain, values: list(plain) },
        { required: ["key", "operator"] },
      ),
    ),
  },
  { atomic: true },
);

const namespaces = (fallback: string, ...from: string[]): Schema =>
  object(
    { from: { ...choice(...from), default: fallback }, selector },
    { default: { from: fallback } },
  );

const tls = object(
  {
    mode: { ...choice("Terminate", "Passthrough"), default: "Terminate" },
    certificateRefs: list(secretReference, { max: 64 }),
    options: mapOf(text(4096), 16),
  },
  {
    rules: [
      {
        message: "certificateRefs or options must be specified when mode is Terminate",
        holds: ({ mode, certificateRefs = [], options = {} }) =>
          mode !== "Terminate" ||
          (certificateRefs as unknown[]).length > 0 ||
          Object.keys(options as object).length > 0,
      },
    ],
  },
);

const listener = object(
  {
    name: text(253, { min: 1, pattern: new RegExp(`^${DOMAIN}$`) }),
    hostname: text(253, { min: 1, pattern: HOSTNAME }),
    port: { type: "integer", min: 1, max: 65_535 },
    protocol: text(255, {
      min: 1,
      pattern: new RegExp(
        String.raw`^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$|${DOMAIN}\/[A-Za-z0-9]+$`,
      ),
    }),
    tls,
    allowedRoutes: object(
      {
        namespaces: namespaces("Same", "All", "Selector", "Same"),
        kinds: list(
          object(
            { group: { ...group, default: "gateway.networking.k8s.io" }, kind },
            { required: ["kind"] },
          ),
          { max: 8 },
        ),
      },
      { default: { namespaces: { from: "Same" } } },
    ),
  },
  { required: ["name", "port", "protocol"] },
);

const speaks = (item: Fields, ...protocols: string[]): boolean =>
  protocols.includes(String(item["protocol"]).toUpperCase());

const tlsMode = (item: Fields): unknown => (item["tls"] as Fields | undefined)?.["mode"];

const isUnique = (items: readonly string[]): boolean => new Set(items).size === items.length;

const listeners = list(listener, {
  min: 1,
  max: 64,
  listKeys: ["name"],
  rules: [
    {
      message: "tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']",
      holds: (all) => [...all].every((l) => !l["tls"] || !speaks(l, "HTTP", "TCP", "UDP")),
    },
    {
      message: "tls mode must be Terminate for protocol HTTPS",
      holds: (all) =>
        [...all].every((l) => !l["tls"] || !speaks(l, "HTTPS") || tlsMode(l) === "Terminate"),
    },
    {
      message: "tls mode must be set for protocol TLS",
      holds: (all) => [...all].every((l) => !speaks(l, "TLS") || Boolean(tlsMode(l))),
    },
    {
      message: "hostname must not be specified for protocols ['TCP', 'UDP']",
      holds: (all) => [...all].every((l) => !l["hostname"] || !speaks(l, "TCP", "UDP")),
    },
    {
      message: "Combination of port, protocol and hostname must be unique for each listener",
      holds: (all) =>
        isUnique([...all].map((l) => JSON.stringify([l["port"], l["protocol"], l["hostname"]]))),
    },
  ],
});

const addressType = text(253, {
  min: 1,
  pattern: new RegExp(
    String.raw`^Hostname|IPAddress|NamedAddress|${DOMAIN}\/[A-Za-z0-9\/\-._~%!$&'()*+,;=:]+$`,
  ),
  default: "IPAddress",
});

const addresses = list(object({ type: addressType, value: text(253) }), {
  max: 16,
  rules: ["IPAddress", "Hostname"].map((type) => ({
    message: `${type} values must be unique`,
    holds: (all) =>
      isUnique([...all].filter((a) => a["type"] === type).map((a) => String(a["value"]))),
  })),
});

const dateTime: Schema = { type: "string" };
const condition = object(
  {
    type: text(316),
    status: choice("True", "False", "Unknown"),
    observedGeneration: { type: "integer", min: 0 },
    lastTransitionTime: dateTime,
    reason: text(1024, { min: 1, pattern: /^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/ }),
    message: text(32_768),
  },
  { required: ["lastTransitionTime", "message", "reason", "status", "type"] },
);

const conditions = (...pending: string[]): Schema =>
  list(condition, {
    max: 8,
    listKeys: ["type"],
    ...(pending.length > 0 && { default: pending.map(pendingCondition) }),
  });

function pendingCondition(type: string): object {
  return {
    type,
    status: "Unknown",
    reason: "Pending",
    message: "Waiting for controller",
    lastTransitionTime: "1970-01-01T00:00:00Z",
  };
}

/** Judged by every server alike, so no CRD describes it. */
const metadata: Schema = { type: "object" };

const status = object(
  {
    addresses: list(object({ type: addressType, value: text(253, { min: 1 }) }), { max: 16 }),
    attachedListenerSets: { type: "integer" },
    conditions: conditions("Accepted", "Programmed"),
    listeners: list(
      object({
        name: plain,
        supportedKinds: list(object({ group, kind }, { required: ["kind"] })),
        attachedRoutes: { type: "integer" },
        conditions: conditions(),
      }),
      { max: 64, listKeys: ["name"] },
    ),
  },
  { default: { conditions: ["Accepted", "Programmed"].map(pendingCondition) } },
);

const frontendValidation = object({
  validation: object({ caCertificateRefs: list(reference), mode: plain }),
});

export const GATEWAY: Schema = object(
  {
    apiVersion: plain,
    kind: plain,
    metadata,
    spec: object(
      {
        gatewayClassName: name,
        listeners,
        addresses,
        infrastructure: object({
          annotations: mapOf(text(4096), 16),
          labels: mapOf(text(63), 8),
          parametersRef: object({ group, kind, name }, { required: ["group", "kind", "name"] }),
        }),
        allowedListeners: object({
          namespaces: namespaces("None", "All", "Selector", "Same", "None"),
        }),
        tls: object({
          backend: object({ clientCertificateRef: secretReference }),
          frontend: object({
            default: frontendValidation,
            perPort: list(
              object({ port: { type: "integer", min: 1, max: 65_535 }, tls: frontendValidation }),
              { listKeys: ["port"] },
            ),
          }),
        }),
      },
      { required: ["gatewayClassName", "listeners"] },
    ),
    status,
  },
  { required: ["spec"] },
);

export const GATEWAY_CLASS: Schema = object(
  {
    apiVersion: plain,
    kind: plain,
    metadata,
    spec: object(
      {
        controllerName: text(253, { min: 1 }),
        description: text(64),
        parametersRef: reference,
      },
      { required: ["controllerName"] },
    ),
    status: object(
      {
        conditions: conditions("Accepted"),
        supportedFeatures: list(object({ name: plain }), { max: 64, listKeys: ["name"] }),
      },
      { default: { conditions: [pendingCondition("Accepted")] } },
    ),
  },
  { required: ["spec"] },
);
