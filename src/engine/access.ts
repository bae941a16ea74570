import { accessFor } from "../facts/access.ts";
import { grantCommands, isEverybody, refusedUser } from "../mesh/commands/grant.ts";
import { contextWord, kubectl, mc } from "../mesh/commands/shell.ts";
import type { ClusterRef } from "../model/check.ts";
import { remedy } from "../model/finding.ts";
import type { AccessRequest, Missing } from "../model/gathered.ts";
import type { Remediation } from "../model/report.ts";

interface Rule {
  /** With commas between. */
  verb: string;
  /** Nothing: all objects of the type. */
  names: readonly string[];
}

/** The rule that a fact's request falls under, no wider than it must be; else what was asked for. */
function ruleFor(request: AccessRequest): Rule {
  const known = accessFor(request);
  if (known?.names) return { verb: known.verbs.join(","), names: known.names };
  if (known && known.verbs.length > 1) return { verb: known.verbs.join(","), names: [] };
  // There is no list of what is below an object.
  if (request.resource.includes("/")) return { verb: request.verb, names: [] };
  // Who may list may read one, and checks do both.
  const reads = request.verb === "get" || request.verb === "list";
  return { verb: reads ? "get,list" : request.verb, names: [] };
}

function grant(cluster: ClusterRef, request: AccessRequest, user: string): Remediation {
  const { namespace } = request;
  const resource = request.group ? `${request.resource}.${request.group}` : request.resource;
  const { verb: verbs, names } = ruleFor(request);
  const what = [
    verbs.replaceAll(",", " and "),
    resource,
    ...(names.length > 0 ? [names.join(" and ")] : []),
  ];
  const where = namespace ? ` in namespace ${namespace}` : "";
  const name = `mc-${request.resource.replaceAll("/", "-")}`;
  return remedy(
    `Allow ${user} to ${what.join(" ")}${where} (as someone who may grant it).`,
    ...grantCommands(
      cluster,
      { name, verbs, resource, names, ...(namespace ? { namespace } : {}) },
      user,
    ),
  );
}

/** What to do about an input that could not be read; for `forbidden`, the RBAC rule that would allow it. */
export function remedyFor(cluster: ClusterRef, cause: Missing, user?: string): Remediation {
  if (cause.advice !== undefined) {
    const words = cause.why === "unauthorized" ? ["auth", "whoami"] : ["get", "--raw", "/readyz"];
    return remedy(cause.advice, kubectl(cluster, ...words));
  }
  switch (cause.why) {
    case "forbidden": {
      const who = user ?? refusedUser(cause.detail);
      if (who !== undefined && isEverybody(who)) {
        return remedy(
          "Sign in as somebody: name a user with credentials in this context of the kubeconfig.",
          kubectl(cluster, "auth", "whoami"),
        );
      }
      if (cause.request && who) return grant(cluster, cause.request, who);
      return remedy("Grant the missing permission.", kubectl(cluster, "auth", "can-i", "--list"));
    }
    case "unauthorized":
      return remedy("Renew the credentials of this context.", kubectl(cluster, "auth", "whoami"));
    case "timeout":
      return remedy(
        "See whether the API server answers; if it is only slow, give it more time with --timeout.",
        kubectl(cluster, "get", "--raw", "/readyz"),
      );
    case "unreachable":
      return remedy(
        "See whether the API server can be reached from here.",
        kubectl(cluster, "get", "--raw", "/readyz"),
      );
    case "not-recorded":
      return remedy(
        "Record the cluster again, with everything that the checks read.",
        mc(cluster, `snapshot --contexts ${contextWord(cluster)} --output-dir DIR`),
      );
    default:
      return remedy("Ask the API server for it directly.", direct(cluster, cause.request));
  }
}

function direct(cluster: ClusterRef, request: AccessRequest | undefined): string {
  if (!request) return kubectl(cluster, "get", "--raw", "/version");
  const [plural = request.resource] = request.resource.split("/");
  const resource = request.group ? `${plural}.${request.group}` : plural;
  const where = request.namespace ? ["-n", request.namespace] : request.name ? [] : ["-A"];
  return kubectl(cluster, ...where, "get", resource, ...(request.name ? [request.name] : []));
}
