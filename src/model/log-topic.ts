/** What known lines of logs tell of; a check says which of them explain its faults. */
export type LogTopic =
  | "link"
  | "ztunnel"
  | "gateway"
  | "istiod"
  | "cni"
  | "impersonation"
  | "cluster ID"
  | "remote cluster";
