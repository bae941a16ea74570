import type { Count } from "../../model/report.ts";

/** A pod as a line of `kubectl get pods`. */
export interface PodRow {
  namespace: string;
  name: string;
  /**
   * `1/1`
   * @pattern ^\d+/\d+$
   */
  ready: string;
  status: string;
  restarts: Count;
  /** How long ago the last restart was: kubectl prints `3 (5m ago)` in RESTARTS. */
  restarted?: string;
  /** `10m18s` */
  age: string;
}

/** The pods of a component, as `--verbose` lists them. */
export interface PodsData {
  rows: PodRow[];
}
