/* The door of the kubeconfig: which file is read, what stands in it, and what a context stands for. */

export { resolveContext, type ContextTarget } from "./context.ts";
export { embeddedKubeconfig } from "./embedded.ts";
export { loadKubeconfig, type Environment, type Kubeconfig } from "./load.ts";
export {
  dataOf,
  isHeaderText,
  type ClusterEntry,
  type ExecEntry,
  type UserEntry,
} from "./model.ts";
