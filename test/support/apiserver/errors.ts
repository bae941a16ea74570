/** Where a request pointed, as error bodies name it. */
export interface Subject {
  group: string;
  resource: string;
  name?: string | undefined;
}

export interface Cause {
  reason: string;
  message: string;
  field: string;
}

interface Details {
  name?: string | undefined;
  group?: string | undefined;
  kind?: string | undefined;
  uid?: string | undefined;
  causes?: Cause[] | undefined;
  retryAfterSeconds?: number | undefined;
}

/** An answer that is not 2xx: a Status object, or text where a real server sends text. */
export class ApiError extends Error {
  readonly status: number;
  readonly body: object | string;

  constructor(status: number, body: object | string, message: string) {
    super(message);
    this.status = status;
    this.body = body;
  }
}

export function statusBody(
  code: number,
  reason: string | undefined,
  message: string,
  details?: Details,
): object {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    ...(reason !== undefined && { reason }),
    ...(details && { details: compact(details) }),
    code,
  };
}

function compact(details: Details): Details {
  const { name, group, kind, uid, causes, retryAfterSeconds } = details;
  return {
    ...(name && { name }),
    ...(group && { group }),
    ...(kind && { kind }),
    ...(uid && { uid }),
    ...(causes && { causes }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
}

function failure(
  code: number,
  reason: string | undefined,
  message: string,
  details?: Details,
): ApiError {
  return new ApiError(code, statusBody(code, reason, message, details), message);
}

/** `gateways.gateway.networking.k8s.io`, or just `pods`. */
function qualified({ group, resource }: Subject): string {
  return group === "" ? resource : `${resource}.${group}`;
}

function detailsOf(subject: Subject): Details {
  return { name: subject.name, group: subject.group, kind: subject.resource };
}

export const unauthorized = (): ApiError => failure(401, "Unauthorized", "Unauthorized");

export interface Access extends Subject {
  user: string;
  verb: string;
  subresource?: string | undefined;
  namespace?: string | undefined;
}

export function forbidden(access: Access): ApiError {
  const { group, resource, name, subresource, namespace, user, verb } = access;
  const object = qualified(access) + (name ? ` ${JSON.stringify(name)}` : "");
  const target = subresource ? `${resource}/${subresource}` : resource;
  const where = namespace ? `in the namespace "${namespace}"` : "at the cluster scope";
  return failure(
    403,
    "Forbidden",
    `${object} is forbidden: User "${user}" cannot ${verb} resource "${target}" in API group "${group}" ${where}`,
    detailsOf(access),
  );
}

export function forbiddenPath(user: string, verb: string, path: string): ApiError {
  const message = `forbidden: User "${user}" cannot ${verb} path "${path}"`;
  return failure(403, "Forbidden", message, {});
}

/** A group, version or path that nobody serves: plain text, unlike every other error. */
export const pageNotFound = (): ApiError =>
  new ApiError(404, "404 page not found\n", "404 page not found");

export const unknownResource = (): ApiError =>
  failure(404, "NotFound", "the server could not find the requested resource", {});

export const notFound = (subject: Subject): ApiError =>
  failure(
    404,
    "NotFound",
    `${qualified(subject)} ${JSON.stringify(subject.name ?? "")} not found`,
    detailsOf(subject),
  );

export const methodNotAllowed = (): ApiError =>
  failure(
    405,
    "MethodNotAllowed",
    "the server does not allow this method on the requested resource",
    {},
  );

export const notAcceptable = (): ApiError =>
  failure(
    406,
    "NotAcceptable",
    "only the following media types are accepted: application/json, application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1, application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
  );

export const badRequest = (message: string): ApiError => failure(400, "BadRequest", message);

export const alreadyExists = (subject: Subject): ApiError =>
  failure(
    409,
    "AlreadyExists",
    `${qualified(subject)} ${JSON.stringify(subject.name)} already exists`,
    detailsOf(subject),
  );

export const conflict = (subject: Subject, why: string): ApiError =>
  failure(
    409,
    "Conflict",
    `Operation cannot be fulfilled on ${qualified(subject)} ${JSON.stringify(subject.name)}: ${why}`,
    detailsOf(subject),
  );

export const applyConflict = (message: string, causes: Cause[]): ApiError =>
  failure(409, "Conflict", message, { causes });

export const expired = (): ApiError =>
  failure(
    410,
    "Expired",
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.",
  );

export const unsupportedMediaType = (message: string): ApiError =>
  failure(415, "UnsupportedMediaType", message);

/** `kind` is the object's kind here, not the resource. */
export function invalid(kind: string, group: string, name: string, causes: Cause[]): ApiError {
  const lines = causes.map((cause) => `${cause.field}: ${cause.message}`);
  const list = lines.length === 1 ? lines[0] : `[${lines.join(", ")}]`;
  const who = group === "" ? kind : `${kind}.${group}`;
  return failure(422, "Invalid", `${who} ${JSON.stringify(name)} is invalid: ${list}`, {
    name,
    group,
    kind,
    causes,
  });
}

/** What a json-patch that does not fit gets. */
export const unprocessable = (message: string): ApiError =>
  failure(422, "Invalid", message, { causes: [] });

/** An error without a reason, as a typed conversion in the API server gives it. */
export const internal = (message: string): ApiError => failure(500, undefined, message);

const GENERIC: Record<number, [reason: string, message: string]> = {
  400: ["BadRequest", "the server rejected our request for an unknown reason"],
  401: ["Unauthorized", "Unauthorized"],
  403: ["Forbidden", "forbidden"],
  404: ["NotFound", "the server could not find the requested resource"],
  409: ["Conflict", "the server reported a conflict"],
  410: ["Expired", "The resourceVersion for the provided watch is too old."],
  429: ["TooManyRequests", "too many requests, please try again later"],
  500: ["InternalError", "Internal error occurred: injected fault"],
  503: ["ServiceUnavailable", "the server is currently unable to handle the request"],
  504: ["Timeout", "request did not complete within requested timeout"],
};

/** The usual body of a status code, for answers that a fault makes up. */
export function genericStatus(code: number): object {
  const [reason, message] = GENERIC[code] ?? ["InternalError", `injected status ${code}`];
  return statusBody(code, reason, message, code === 401 ? undefined : {});
}
