import { compare } from "./input.ts";
import { SNAPSHOT_FILE } from "./snapshot.ts";

/** How the files of one cluster are laid out. */
type Layout = "snapshot" | "bug-report" | "plain";

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
 * inside the other. Without any, all files together are one cluster.
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
  return found.length > 0 ? found : [{ layout: "plain", prefix: "" }];
}
