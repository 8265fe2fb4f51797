/** What stands at a path such as `data.items.0.name` in a JSON value; an empty path is all of it. Undefined where there is nothing. */
export function valueAt(json: unknown, path: string): unknown {
  let value = json;
  for (const step of path === '' ? [] : path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}
