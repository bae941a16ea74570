import type { CheckView } from "../../model/view.ts";
import { podBlocks } from "../_shared/pods-view.ts";

export const view: CheckView<"pods-istiod"> = {
  rank: 300,
  familiar: true,
  passes: "hidden",
  blocks: ({ data }) => podBlocks(data?.rows ?? []),
};
