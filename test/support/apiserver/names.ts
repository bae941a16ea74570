import type { Cause } from "./errors.ts";
import type { ResourceType } from "./resources.ts";
import type { KubeObject } from "./types.ts";

const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const LABEL_VALUE = "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?";
const NAME_PART = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";

interface NameRule {
  pattern: string;
  max: number;
  message: string;
}

const SUBDOMAIN_RULE: NameRule = {
  pattern: SUBDOMAIN,
  max: 253,
  message: `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SUBDOMAIN}')`,
};

const RULES: Record<string, NameRule> = {
  namespaces: {
    pattern: LABEL,
    max: 63,
    message: `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${LABEL}')`,
  },
  services: {
    pattern: "[a-z]([-a-z0-9]*[a-z0-9])?",
    max: 63,
    message:
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
  },
};

const matches = (value: string, pattern: string): boolean => new RegExp(`^${pattern}$`).test(value);

const invalid = (field: string, value: string, message: string): Cause => ({
  reason: "FieldValueInvalid",
  message: `Invalid value: ${JSON.stringify(value)}: ${message}`,
  field,
});

function checkName(name: string, { plural, builtin }: ResourceType): Cause[] {
  // Names of RBAC objects are only path segments: they may hold colons.
  if (builtin && /^(cluster)?role(binding)?s$/.test(plural)) return [];
  const rule = (builtin ? RULES[plural] : undefined) ?? SUBDOMAIN_RULE;
  const field = "metadata.name";
  if (name.length > rule.max) {
    return [invalid(field, name, `must be no more than ${rule.max} bytes`)];
  }
  return matches(name, rule.pattern) ? [] : [invalid(field, name, rule.message)];
}

function checkKey(field: string, key: string): Cause[] {
  const slash = key.indexOf("/");
  const prefix = key.slice(0, Math.max(slash, 0));
  const name = key.slice(slash + 1);
  const causes: Cause[] = [];
  if (slash >= 0 && !matches(prefix, SUBDOMAIN)) {
    causes.push(invalid(field, key, `prefix part ${SUBDOMAIN_RULE.message}`));
  }
  if (name.length > 63) causes.push(invalid(field, key, "name part must be no more than 63 bytes"));
  else if (!matches(name, NAME_PART)) {
    const text = `name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${NAME_PART}')`;
    causes.push(invalid(field, key, text));
  }
  return causes;
}

function checkLabelValue(value: unknown): Cause[] {
  const field = "metadata.labels";
  const text = String(value);
  if (text.length > 63) return [invalid(field, text, "must be no more than 63 bytes")];
  if (matches(text, LABEL_VALUE)) return [];
  const message = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '${LABEL_VALUE}')`;
  return [invalid(field, text, message)];
}

/** What is wrong with name, labels and annotations. */
export function checkMetadata({ metadata }: KubeObject, type: ResourceType): Cause[] {
  const labels = Object.entries(metadata["labels"] ?? {});
  const annotations = Object.keys(metadata["annotations"] ?? {});
  return [
    ...checkName(metadata.name, type),
    ...labels.flatMap(([key, value]) => [
      ...checkKey("metadata.labels", key),
      ...checkLabelValue(value),
    ]),
    // Annotation keys are judged without regard to case.
    ...annotations.flatMap((key) => checkKey("metadata.annotations", key.toLowerCase())),
  ];
}
