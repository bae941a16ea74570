import { defined } from "../../../lib/defined.ts";
import { at, property, string } from "../../../lib/json.ts";
import { gathered, type Gathered } from "../../../model/gathered.ts";
import type { Connection } from "../../../model/reader.ts";
import { refusedUser } from "../../../mesh/commands/grant.ts";
import type { ApiClient } from "./client.ts";
import { Fault, gather, objectOf, refusal, safeText, type Reply } from "../connection/index.ts";

const REVIEW = JSON.stringify({
  apiVersion: "authentication.k8s.io/v1",
  kind: "SelfSubjectReview",
});

/** Whom an API server takes everybody for who shows no credential that it knows. */
const ANONYMOUS = "system:anonymous";
/** A server that speaks TLS, to a request without it: Go's words, nginx's. */
const WITHOUT_TLS = /HTTP request (?:was sent )?to (?:an )?HTTPS/i;

/**
 * Version of the server, and who we are to it. Either may be withheld (`/version` forbidden, no
 * SelfSubjectReview before Kubernetes 1.28) or fail by itself: that is a connection all the same,
 * unless the credentials are refused, or nobody is signed in.
 */
export async function readConnection(client: ApiClient): Promise<Gathered<Connection>> {
  const [version, user] = await Promise.all([
    gather(undefined, () => readVersion(client)),
    gather(undefined, () => readUser(client)),
  ]);
  if (!user.ok && (user.why === "unauthorized" || !version.ok)) return version.ok ? user : version;
  if (!version.ok && (version.why === "unauthorized" || !user.ok || user.value === undefined)) {
    return version;
  }
  const serverVersion = version.ok ? version.value : undefined;
  return gathered(defined({ serverVersion, user: user.ok ? user.value : undefined }));
}

/** Refused as something that this user may not have or this server does not have. */
function isWithheld({ status }: Reply): boolean {
  return status === 403 || status === 404 || status === 405;
}

async function readVersion(client: ApiClient): Promise<string | undefined> {
  const reply = await client.request({ method: "GET", path: "/version" });
  if (reply.status === 403) return undefined;
  if (reply.status === 404) {
    throw new Fault(
      "unreadable",
      "/version is not found (404): that is no Kubernetes API; is the URL of the cluster right?",
    );
  }
  const { authority, clusterName, tls } = client.endpoint;
  if (reply.status === 400 && !tls && WITHOUT_TLS.test(reply.body.toString("latin1"))) {
    throw new Fault(
      "unreachable",
      `${authority} speaks TLS, but its URL is http`,
      `Write https:// in the server of cluster ${JSON.stringify(safeText(clusterName))} in the kubeconfig.`,
    );
  }
  if (reply.status !== 200) throw refusal(reply);
  const version = string(property(objectOf(reply), "gitVersion"));
  if (version === undefined) {
    throw new Fault("unreadable", "/version does not answer as the Kubernetes API does");
  }
  return version;
}

async function readUser(client: ApiClient): Promise<string | undefined> {
  const reply = await client.request({
    method: "POST",
    path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
    contentType: "application/json",
    body: REVIEW,
  });
  // A refusal names whom it refuses.
  const user = isWithheld(reply) ? refusedUser(refusal(reply).message) : reviewedUser(reply);
  if (user === ANONYMOUS && !client.impersonates) throw client.nobody();
  return user;
}

function reviewedUser(reply: Reply): string | undefined {
  if (reply.status !== 200 && reply.status !== 201) throw refusal(reply);
  return string(at(objectOf(reply), "status", "userInfo", "username"));
}
