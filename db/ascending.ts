/** Are the first `length` numbers each greater than the one before, and the first greater than `after`? */
export function ascends(values: Float64Array, length: number, after: number): boolean {
  let last = after;
  for (let row = 0; row < length; row++) {
    const value = values[row]!;
    if (!(value > last)) return false;
    last = value;
  }
  return true;
}
