import type { PreparedArtifact } from "../../model/artifact.ts";
import type { TrustMatrix } from "../../model/trust.ts";

declare module "../../model/artifact.ts" {
  interface Artifacts {
    /** Which cluster's roots verify whose chain. */
    trust: TrustMatrix;
  }
}

/** Certificates are verified asynchronously; the code for it is loaded here and by nothing else. */
export const trust: PreparedArtifact<"trust"> = {
  key: "trust",
  uses: ["rootCertificate", "intermediate", "ztunnelDumps"],
  async prepare(clusters) {
    const { judgeTrust } = await import("../../lib/x509/index.ts");
    return judgeTrust(clusters);
  },
};
