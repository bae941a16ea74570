import { runMc } from "./cli.ts";

/** `deploy/base/rbac.yaml`: what `mc rbac` prints. */
export async function deployedRbac(): Promise<string> {
  const { code, stdout, stderr } = await runMc(["rbac", "--config", "/dev/null", "-q"]);
  if (code !== 0) throw new Error(stderr);
  return `# Written by npm run schema: what mc rbac prints.\n${stdout}`;
}
