/**
 * A fault of the invocation or its configuration (unknown flag, context, unreadable file):
 * the command prints its message as one line on stderr and exits 2.
 */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * A fault met while doing what was asked (an apply failed, a cluster refused): one line on stderr,
 * exit 1.
 */
export class OperationError extends Error {
  override readonly name = "OperationError";
}
