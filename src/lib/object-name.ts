const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Whether Kubernetes takes it for the name of a namespace, and of most other objects. */
export function isObjectName(name: string): boolean {
  return LABEL.test(name);
}
