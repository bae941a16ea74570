import { compare, isObjectFile } from "./input.ts";
import { SNAPSHOT_FILE } from "./snapshot.ts";

/**
 * How the files of one cluster are laid out. Beside clusters that can be told by their files stand
 * directories that may be clusters (`beside`) and files that are of none of them (`loose`).
 */
type Layout = "snapshot" | "bug-report" | "plain" | "beside" | "loose";

export interface Root {
  layout: Layout;
  /** What the paths of its files begin with: empty, or ending in a slash. */
  prefix: string;
}

const BUG_REPORT =
  /^(.*\/)?(cluster\/(k8s-resources|k8s-cluster-resources|crs|cluster-context)|istio\/[^/]+\/[^/]+\/debug\/[^/.]+)$/;

function rootOf(path: string): Root | undefined {
  if (path === SNAPSHOT_FILE || path.endsWith(`/${SNAPSHOT_FILE}`)) {
    return { layout: "snapshot", prefix: path.slice(0, -SNAPSHOT_FILE.length) };
  }
  const match = BUG_REPORT.exec(path);
  return match ? { layout: "bug-report", prefix: match[1] ?? "" } : undefined;
}

/**
 * The clusters in a directory or archive, by the names of its files: each directory with a
 * snapshot.json is one, and each with the layout of `istioctl bug-report`, at any depth but not one
 * inside the other. What stands beside them may be clusters that do not say so. Without any, all
 * files together are one cluster. The innermost comes first, so that a file is of the first root that
 * its path begins with.
 */
export function findRoots(paths: readonly string[]): Root[] {
  const roots = new Map<string, Root>();
  for (const path of paths) {
    const root = rootOf(path);
    if (root && (root.layout === "snapshot" || !roots.has(root.prefix))) {
      roots.set(root.prefix, root);
    }
  }
  const found: Root[] = [];
  for (const root of [...roots.values()].toSorted((a, b) => compare(a.prefix, b.prefix))) {
    // Sorted, so the outer one comes first.
    if (!found.some(({ prefix }) => root.prefix.startsWith(prefix))) found.push(root);
  }
  if (found.length === 0) return [{ layout: "plain", prefix: "" }];
  const beside = paths
    .filter((path) => isObjectFile(path) && !found.some(({ prefix }) => path.startsWith(prefix)))
    .map((path) => placeBeside(path, found));
  const all = new Map([...found, ...beside].map((root) => [root.prefix, root]));
  return [...all.values()].toSorted(
    (one, other) => other.prefix.length - one.prefix.length || compare(one.prefix, other.prefix),
  );
}

/** The directory beside the nearest cluster that the file is in; a loose file is in none. */
function placeBeside(path: string, roots: readonly Root[]): Root {
  const shared = Math.max(...roots.map(({ prefix }) => sharedLength(path, prefix)));
  const end = path.indexOf("/", shared);
  return end < 0
    ? { layout: "loose", prefix: path.slice(0, shared) }
    : { layout: "beside", prefix: path.slice(0, end + 1) };
}

/** How much of two paths is the same directory: up to a slash, and with it. */
function sharedLength(one: string, other: string): number {
  let shared = 0;
  for (let index = 0; index < one.length && one[index] === other[index]; index += 1) {
    if (one[index] === "/") shared = index + 1;
  }
  return shared;
}
