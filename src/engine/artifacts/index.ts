import type { AnyArtifact } from "../../model/artifact.ts";
import { links } from "./links.ts";
import { spireTrust } from "./spire-trust.ts";
import { trust } from "./trust.ts";

/** Every artifact. */
export const ARTIFACTS: readonly AnyArtifact[] = [links, trust, spireTrust];
