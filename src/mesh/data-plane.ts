/** Whether an annotation on the type of the data plane asks for node ports. */
export function isNodePort(value: string | undefined): boolean {
  return value?.trim().toLowerCase() === "nodeport";
}
