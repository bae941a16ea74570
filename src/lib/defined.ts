/** The entries that have a value: for properties that are absent rather than undefined. */
export function defined<T extends object>(
  values: T,
): { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> } & {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} {
  const kept: Record<string, unknown> = {};
  // By hand, since this runs for every object of the largest lists.
  for (const key in values) if (values[key] !== undefined) kept[key] = values[key];
  return kept as ReturnType<typeof defined<T>>;
}
