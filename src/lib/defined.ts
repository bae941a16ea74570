/** The entries that have a value: for properties that are absent rather than undefined. */
export function defined<T extends object>(
  values: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept: { [K in keyof T]?: Exclude<T[K], undefined> } = {};
  // By hand, since this runs for every object of the largest lists.
  for (const key in values) {
    if (values[key] !== undefined) kept[key] = values[key] as Exclude<T[typeof key], undefined>;
  }
  return kept;
}
