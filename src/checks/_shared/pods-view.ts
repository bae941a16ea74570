import type { Block } from "../../model/view.ts";
import type { PodRow } from "./pods-data.ts";

function restarts({ restarts: times, restarted }: PodRow): string {
  return restarted === undefined ? String(times) : `${times} (${restarted} ago)`;
}

/** The pods as `kubectl get pods` lists them; no table of none. */
export function podBlocks(rows: readonly PodRow[]): Block[] {
  if (rows.length === 0) return [];
  return [
    {
      kind: "table",
      head: ["NAME", "READY", "STATUS", "RESTARTS", "AGE"],
      rows: rows.map((row) => [row.name, row.ready, row.status, restarts(row), row.age]),
    },
  ];
}
