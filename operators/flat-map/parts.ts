/** The values of one part of a list, one for each field that they go into. */
export type Part = readonly (string | null)[];

/** The parts of a list as it stands in a cell, or a sentence that says what is wrong with it. */
export type Parts = (text: string | null) => readonly Part[] | string;

/** Parts with a sign between them; white space around them and empty ones are left out. */
export function delimitedParts(delimiter: string): Parts {
  return (text) =>
    (text ?? '')
      .split(delimiter)
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .map((part) => [part]);
}

/** The elements of a JSON array or, of elements that are objects, the values of those members. */
export function jsonParts(members: readonly string[]): Parts {
  return (text) => {
    if (text === null || text.trim() === '') return [];
    const list = parsed(text);
    if (!Array.isArray(list)) return `expected a JSON array, got ${text.slice(0, 60)}`;
    if (members.length === 0) return list.map((element) => [written(element)]);
    const stranger: unknown = list.find((element) => typeof element !== 'object' || element === null);
    if (stranger !== undefined)
      return `expected objects in the JSON array, got ${JSON.stringify(stranger).slice(0, 60)}`;
    return list.map((element: Record<string, unknown>) => members.map((name) => written(element[name])));
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** As people write it; what has parts of its own stays JSON. */
function written(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
