import type { Result } from "../../model/report.ts";
import type { CheckView, Metric } from "../../model/view.ts";

/** When each certificate expires, in seconds since the epoch. */
function expiries({ data }: Result<"certs">): Metric[] {
  return (data?.clusters ?? []).flatMap(({ context, roots, chain }) =>
    [
      ...roots.map((certificate) => ({ role: "root", ...certificate })),
      ...chain.map((certificate) => ({ role: "intermediate", ...certificate })),
    ].map(({ role, subject, sha256, notAfter }) => ({
      name: "mc_certificate_expiry_timestamp_seconds",
      help: "When a certificate of the mesh expires, Unix time.",
      labels: { context, subject, role, sha256 },
      value: Date.parse(notAfter) / 1000,
    })),
  );
}

export const view: CheckView<"certs"> = {
  rank: 210,
  familiar: true,
  passes: "titled",
  notes: ({ data }) => data?.notes ?? [],
  metrics: expiries,
};
