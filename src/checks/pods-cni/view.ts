import type { CheckView } from "../../model/view.ts";
import { podBlocks } from "../_shared/pods-view.ts";

export const view: CheckView<"pods-cni"> = {
  rank: 310,
  passes: "hidden",
  blocks: ({ data }) => podBlocks(data?.rows ?? []),
};
