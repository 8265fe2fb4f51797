import type { Fault } from '../../engine/operator.ts';
import { expected, listed } from './faults.ts';

type Bound = string | number;

export interface LimitsOptions {
  readonly field: string;
  readonly minimum?: Bound | undefined;
  readonly maximum?: Bound | undefined;
  readonly enum?: readonly (Bound | boolean)[] | undefined;
  /** Reads a limit as a value of the field; throws where it is none. */
  readonly read: (bound: string) => number;
}

/** What Table Schema says of values once they are typed: least, greatest, and those allowed. */
export class Limits {
  readonly minimum: number;
  readonly maximum: number;
  readonly allowed: ReadonlySet<number> | null;
  readonly #options: LimitsOptions;

  constructor(options: LimitsOptions) {
    const { minimum, maximum, enum: allowed, read } = options;
    this.#options = options;
    this.minimum = minimum === undefined ? Number.NEGATIVE_INFINITY : read(String(minimum));
    this.maximum = maximum === undefined ? Number.POSITIVE_INFINITY : read(String(maximum));
    this.allowed = allowed ? new Set(allowed.map((value) => read(String(value)))) : null;
  }

  /** False where there is nothing to check. */
  get any(): boolean {
    return this.allowed !== null || this.minimum > Number.NEGATIVE_INFINITY || this.maximum < Number.POSITIVE_INFINITY;
  }

  allows(value: number): boolean {
    return value >= this.minimum && value <= this.maximum && (this.allowed === null || this.allowed.has(value));
  }

  /** Why a value is not allowed; `text` is what it was written as. */
  fault(value: number, text: string): Fault {
    const { field, minimum, maximum, enum: allowed = [] } = this.#options;
    if (value < this.minimum) return expected('out_of_range', field, `at least ${minimum}`, text);
    if (value > this.maximum) return expected('out_of_range', field, `at most ${maximum}`, text);
    return expected('not_in_enum', field, `one of ${listed(allowed.map(String))}`, text);
  }
}
