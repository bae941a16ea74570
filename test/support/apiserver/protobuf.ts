import { unsupportedMediaType } from "./errors.ts";

/*
 * kubectl sends what it has typed clients for as protobuf, and does not fall back to JSON. This
 * reads the few kinds that its commands create that way.
 */

type Kind = "string" | "bytes" | "bool" | "int" | "stringMap" | "bytesMap" | Message;
/** By field number. A field that is not listed is skipped. */
interface Message {
  [number: number]: [name: string, kind: Kind, repeated?: "repeated"];
}

const META: Message = {
  1: ["name", "string"],
  2: ["generateName", "string"],
  3: ["namespace", "string"],
  11: ["labels", "stringMap"],
  12: ["annotations", "stringMap"],
  14: ["finalizers", "string", "repeated"],
};

const MESSAGES: Record<string, Message> = {
  Namespace: { 1: ["metadata", META] },
  Secret: {
    1: ["metadata", META],
    2: ["data", "bytesMap"],
    3: ["type", "string"],
    4: ["stringData", "stringMap"],
    5: ["immutable", "bool"],
  },
  ConfigMap: {
    1: ["metadata", META],
    2: ["data", "stringMap"],
    3: ["binaryData", "bytesMap"],
    4: ["immutable", "bool"],
  },
  ServiceAccount: { 1: ["metadata", META] },
  SelfSubjectReview: { 1: ["metadata", META] },
  SelfSubjectRulesReview: { 1: ["metadata", META], 2: ["spec", { 1: ["namespace", "string"] }] },
  SelfSubjectAccessReview: {
    1: ["metadata", META],
    2: [
      "spec",
      {
        1: [
          "resourceAttributes",
          {
            1: ["namespace", "string"],
            2: ["verb", "string"],
            3: ["group", "string"],
            4: ["version", "string"],
            5: ["resource", "string"],
            6: ["subresource", "string"],
            7: ["name", "string"],
          },
        ],
        2: ["nonResourceAttributes", { 1: ["path", "string"], 2: ["verb", "string"] }],
      },
    ],
  },
};

const MAGIC = Buffer.from("k8s\0");
const ENVELOPE: Message = {
  1: ["typeMeta", { 1: ["apiVersion", "string"], 2: ["kind", "string"] }],
  2: ["raw", "bytes"],
};

type Fields = Record<string, unknown>;

/** An object that a client sent as protobuf. Throws 415 for a kind that is not known here. */
export function decodeProtobuf(body: Buffer): object {
  const { typeMeta, raw } = decode(body.subarray(MAGIC.length), ENVELOPE) as {
    typeMeta: { apiVersion: string; kind: string };
    raw?: Buffer;
  };
  const message = MESSAGES[typeMeta.kind];
  if (!message || !body.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw unsupportedMediaType(`the test server reads no protobuf of kind ${typeMeta.kind}`);
  }
  return { ...typeMeta, ...decode(raw ?? Buffer.alloc(0), message) };
}

function decode(bytes: Buffer, message: Message): Fields {
  const fields: Fields = {};
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] as number;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const wire = tag & 7;
    const field = message[tag >> 3];
    if (wire === 0) {
      const value = varint();
      if (field) fields[field[0]] = field[1] === "bool" ? value === 1 : value;
      continue;
    }
    const length = wire === 2 ? varint() : wire === 1 ? 8 : 4;
    const chunk = bytes.subarray(at, (at += length));
    if (field && wire === 2) assign(fields, field, chunk);
  }
  return fields;
}

function assign(fields: Fields, [name, kind, repeated]: Message[number], chunk: Buffer): void {
  if (kind === "stringMap" || kind === "bytesMap") {
    const value: Kind = kind === "bytesMap" ? "bytes" : "string";
    const entry = decode(chunk, { 1: ["key", "string"], 2: ["value", value] });
    const { key = "", value: content = "" } = entry as { key?: string; value?: string | Buffer };
    const text = Buffer.isBuffer(content) ? content.toString("base64") : content;
    fields[name] = { ...(fields[name] as Fields), [key]: text };
    return;
  }
  const value =
    typeof kind === "object" ? decode(chunk, kind) : kind === "bytes" ? chunk : chunk.toString();
  // An empty string is how protobuf says that there is none.
  if (value === "") return;
  fields[name] = repeated ? [...((fields[name] as unknown[]) ?? []), value] : value;
}
