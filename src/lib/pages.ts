/** Where the files of the package, as its newest release has them, can be read. */
const PACKAGE = "https://unpkg.com/istio-mc";

/** What the package is. */
export const PACKAGE_PAGE = "https://www.npmjs.com/package/istio-mc";

/** The page of a check, for those who read a report. */
export function pageOf(id: string): string {
  return `${PACKAGE}/docs/checks/${id}.md`;
}

/** The address of a schema of the package, which is its `$id` too. */
export function schemaAddress(file: string): string {
  return `${PACKAGE}/schema/${file}`;
}
