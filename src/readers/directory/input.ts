/** The files of a directory or an archive, by their paths relative to it, with `/` between names. */
export interface InputTree {
  /** The directory or archive as the user named it, for messages. */
  readonly name: string;
  /** What a cluster is called when its files do not say. */
  readonly label: string;
  /** Regular files, in byte order of their paths. */
  readonly paths: readonly string[];
  /**
   * Hands the wanted files to `use`, one after the other; it reads each to the end or throws. Throws
   * a UsageError when a file cannot be read, and what `use` throws.
   */
  read(wanted: (path: string) => boolean, use: UseFile): Promise<void>;
}

export type UseFile = (path: string, chunks: AsyncIterable<Uint8Array>) => Promise<void>;

/** More files than any recording has: someone named a home directory, or means harm. */
export const MAX_FILES = 100_000;

/** Whether a file may hold Kubernetes objects, by its name. */
export function isObjectFile(path: string): boolean {
  return /\.(ya?ml|json)$/i.test(path);
}

export function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
