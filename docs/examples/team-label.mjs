/*
 * A check for `mc check --checks docs/examples/team-label.mjs`: somebody is responsible for the
 * namespace of istiod in every cluster.
 */

/** @type {import("istio-mc").AnyCheck} */
export default {
  id: "team-label",
  title: "Team Label Check",
  scope: "cluster",
  why: "When a mesh breaks at night, somebody has to know whom to call.",
  reads: "The labels of the istio namespace.",
  faults: ["The istio namespace has no label team (warning)."],
  fixes: ["Label the namespace with the team that runs istiod."],
  needs: ["namespaces"],
  view: { rank: 150 },
  run({ namespaces }, { cluster }) {
    const { istioNamespace, contextArgument } = cluster;
    const namespace = namespaces.find(({ name }) => name === istioNamespace);
    const team = namespace?.labels.get("team");
    if (team !== undefined) {
      return {
        summary: `team ${team} runs istiod`,
        findings: [{ severity: "pass", message: `team ${team} runs istiod` }],
      };
    }
    const message = `namespace ${istioNamespace} has no label team`;
    return {
      summary: message,
      findings: [
        {
          severity: "warn",
          message,
          object: { kind: "Namespace", name: istioNamespace },
          remediation: {
            summary: "Label the namespace with the team that runs istiod.",
            commands: [
              `kubectl --context '${contextArgument}' label namespace ${istioNamespace} team=TEAM`,
            ],
          },
        },
      ],
    };
  },
};
