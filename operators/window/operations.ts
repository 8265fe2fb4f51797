import type { Value } from '../../engine/column.ts';
import { divideBig } from '../../engine/decimal.ts';
import { TillstreamError } from '../../engine/errors.ts';
import type { FieldType } from '../held/field-types.ts';
import { compareValues } from '../order/compare.ts';

/** What an aggregate has come to so far. */
export type State = Packed | Set<Value>;
/** The same as plain JSON. */
export type Packed = Value | readonly Value[];

/** One way to make one value of many. Missing values never come here. */
export interface Aggregation {
  /** The state when there was no value yet. */
  start(): State;
  /** Whether it can be made of values of this type. */
  takes(type: FieldType): boolean;
  /** May write to the state that it is given, as may `merge`. */
  add(state: State, value: string | number, time: number): State;
  /** Of two sets of values, the second no older than the first. */
  merge(earlier: State, later: State): State;
  /** The type of the result, for values of `type`; null where there is no field. */
  type(type: FieldType | null): FieldType;
  result(state: State, type: FieldType | null): Value;
  /** Whether the sum would stay exact. */
  fits?(state: State, value: Value): boolean;
  /** How many more values would be held. */
  growth?(state: State, value: Value): number;
  /** How many values are held. */
  weight?(state: State): number;
  /** The state as plain JSON, where it is none. */
  pack?(state: State): Packed;
  unpack?(packed: Packed): State;
}

/** Places of a mean of whole numbers. */
const MEAN_SCALE = 10_000;
const COUNT: FieldType = { kind: 'number', type: 'integer', scale: 1 };

const anything = () => true;
const same = (type: FieldType | null): FieldType => type ?? COUNT;
const asIs = (state: State): Value => state as Value;

/** Times have no sum. */
const addable = (type: FieldType) =>
  type.kind === 'unknown' || (type.kind === 'number' && type.type !== 'date' && type.type !== 'datetime');

const count: Aggregation = {
  start: () => 0,
  takes: anything,
  add: (state) => Number(state) + 1,
  merge: (a, b) => Number(a) + Number(b),
  type: () => COUNT,
  result: asIs,
};

const sum: Aggregation = {
  start: () => null,
  takes: addable,
  add: (state, value) => Number(state) + Number(value),
  merge: (a, b) => (a === null ? b : b === null ? a : Number(a) + Number(b)),
  type: (type) => (type?.kind === 'number' && type.type === 'boolean' ? COUNT : same(type)),
  result: (state, type) => exact(state as number | null, type),
  fits: (state, value) => value === null || Number.isSafeInteger(Number(state) + Number(value)),
};

const mean: Aggregation = {
  start: () => [0, 0],
  takes: addable,
  add: (state, value) => {
    const [total, n] = state as readonly [number, number];
    return [total + Number(value), n + 1];
  },
  merge: (a, b) => {
    const [total, n] = a as readonly [number, number];
    const [more, m] = b as readonly [number, number];
    return [total + more, n + m];
  },
  type: meanType,
  result: (state, type) => meanOf(state as readonly [number, number], type),
  fits: (state, value) => value === null || Number.isSafeInteger((state as readonly number[])[0]! + Number(value)),
};

const distinct: Aggregation = {
  start: () => new Set(),
  takes: anything,
  add: (state, value) => setOf(state).add(value),
  merge: (a, b) => setOf(a).union(setOf(b)),
  type: () => COUNT,
  result: (state) => setOf(state).size,
  growth: (state, value) => (value === null || setOf(state).has(value) ? 0 : 1),
  weight: (state) => setOf(state).size,
  pack: (state) => [...setOf(state)],
  unpack: (packed) => new Set(packed as readonly Value[]),
};

function setOf(state: State): Set<Value> {
  return state as Set<Value>;
}

const extreme = (sign: 1 | -1): Aggregation => {
  const better = (a: Value, b: Value) => (a === null || (b !== null && sign * compareValues(b, a) < 0) ? b : a);
  return {
    start: () => null,
    takes: anything,
    add: (state, value) => better(asIs(state), value),
    merge: (a, b) => better(asIs(a), asIs(b)),
    type: same,
    result: asIs,
  };
};

/** State: the value and its time. Of values of one time, the first is that which came first. */
const byTime = (wins: (time: number, than: number) => boolean, merge: Aggregation['merge']): Aggregation => ({
  start: () => null,
  takes: anything,
  add: (state, value, time) => {
    const known = state as readonly [Value, number] | null;
    return known === null || wins(time, known[1]) ? [value, time] : known;
  },
  merge,
  type: same,
  result: (state) => (state as readonly Value[] | null)?.[0] ?? null,
});

/** What an aggregate can be, by name. */
export const OPERATIONS = {
  count,
  sum,
  min: extreme(1),
  max: extreme(-1),
  mean,
  distinct,
  first: byTime(
    (time, than) => time < than,
    (a, b) => a ?? b,
  ),
  last: byTime(
    (time, than) => time >= than,
    (a, b) => b ?? a,
  ),
} satisfies Record<string, Aggregation>;

function exact(total: number | null, type: FieldType | null): number | null {
  const isFloat = type?.kind === 'number' && type.type === 'float';
  if (total === null || isFloat || Number.isSafeInteger(total)) return total;
  throw new TillstreamError(
    'amount_overflow',
    'the result of a window is too large to be kept exactly; choose smaller windows',
  );
}

/** Decimals keep their places, whole numbers get four. */
function meanType(type: FieldType | null): FieldType {
  if (type?.kind !== 'number') return { kind: 'number', type: 'decimal', scale: MEAN_SCALE };
  if (type.type === 'float' || type.type === 'decimal') return type;
  return { kind: 'number', type: 'decimal', scale: MEAN_SCALE };
}

function meanOf([total, n]: readonly [number, number], type: FieldType | null): number | null {
  if (n === 0) return null;
  if (type?.kind === 'number' && type.type === 'float') return total / n;
  const factor = type?.kind === 'number' && type.type === 'decimal' ? 1 : MEAN_SCALE;
  // Formed once, from the whole sum: a mean of rounded means would be off.
  return exact(Number(divideBig(BigInt(exact(total, type) ?? 0) * BigInt(factor), BigInt(n))), type);
}
