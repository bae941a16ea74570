import {
  binaryTag,
  boolYaml11Tag,
  CORE_SCHEMA,
  defineScalarTag,
  loadAll,
  mergeTag,
  NOT_RESOLVED,
  YAMLException,
} from "js-yaml";
import { decodeText } from "../../lib/decode.ts";
import { record, string } from "../../lib/json.ts";
import { oneLine } from "../../lib/sanitize.ts";
import { UsageError } from "../../model/errors.ts";

/** The text that is in base64, as it would be without the tag. */
const binaryText = defineScalarTag(binaryTag.tagName, {
  identify: () => false,
  resolve: (source, ...rest) => {
    const bytes = binaryTag.resolve(source, ...rest);
    return bytes === NOT_RESOLVED ? NOT_RESOLVED : Buffer.from(bytes).toString("utf8");
  },
});

/** kubectl reads YAML 1.1, in which `yes` and `on` are booleans. */
const SCHEMA = CORE_SCHEMA.withTags(mergeTag, boolYaml11Tag, binaryText);

/**
 * The map that a kubeconfig holds; an empty file is an empty map, as for kubectl. client-node's own
 * `loadFromString` reads the same, but knows neither `!!binary` nor YAML 1.1, and its errors quote
 * the lines at fault.
 *
 * @throws UsageError it is no kubeconfig; what it says is never quoted: it holds credentials
 */
export function parseKubeconfig(
  bytes: Uint8Array,
  file: string,
): Readonly<Record<string, unknown>> {
  let document: unknown;
  try {
    [document] = loadAll(decodeText(bytes), { schema: SCHEMA });
  } catch (cause) {
    throw new UsageError(`kubeconfig ${file} is not valid YAML: ${yamlReason(cause)}`);
  }
  if (document === undefined || document === null) return {};
  const config = record(document);
  if (config !== document) {
    throw new UsageError(`kubeconfig ${file} is not a kubeconfig: it holds no map`);
  }
  const kind = string(config["kind"]) ?? "Config";
  const apiVersion = string(config["apiVersion"]) ?? "v1";
  if (kind !== "Config" || apiVersion !== "v1") {
    throw new UsageError(
      `kubeconfig ${file} is not a kubeconfig: it holds ${oneLine(`${apiVersion} ${kind}`)}, not v1 Config`,
    );
  }
  return config;
}

function yamlReason(cause: unknown): string {
  if (!(cause instanceof YAMLException)) return "it is nested too deep or too large";
  const line = cause.mark ? ` (line ${cause.mark.line + 1})` : "";
  // A reason may quote a word of the file, which may be a credential.
  return `${oneLine(cause.reason.replaceAll(/"[^"]*"|'[^']*'/g, "…"))}${line}`;
}
