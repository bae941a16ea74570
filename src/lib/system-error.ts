const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOTDIR: "not a directory",
  ELOOP: "too many links, or a link where a file was",
  EEXIST: "exists already",
  EISDIR: "is a directory",
  ENAMETOOLONG: "name too long",
  ENOSPC: "no space left on the device",
  EROFS: "read-only file system",
  EMFILE: "too many open files",
  EDQUOT: "disk quota exceeded",
};

/** A failure of the file system, such as ENOENT: no mistake of ours. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return /^E[A-Z0-9]+$/.test((error as NodeJS.ErrnoException | null)?.code ?? "");
}

/** Why a file operation failed, in words and without a stack. */
export function reasonOf(error: unknown): string {
  const code = isSystemError(error) ? (error.code ?? "") : "";
  return REASONS[code] ?? `system error ${code || "without a code"}`;
}
