import type { Batch, Split } from './batch.ts';
import { completed } from './conformance/check-request.ts';
import { CHECKS } from './conformance/checks.ts';
import { type Measurement, measure } from './conformance/measure.ts';
import { SOURCE_CHECKS } from './conformance/source-checks.ts';
import type { GivenRecords, Operator } from './operator.ts';
import type { Services } from './services.ts';

/** What an operator is tried with; its example, over and over, unless more is said. */
export interface ConformanceRequest {
  readonly options?: Readonly<Record<string, unknown>>;
  /**
   * Some ten records or more that meet all that the operator does; a source needs none. For an operator of several inputs they are
   * given by input: `{ left: […], right: […] }`, or `{ 0: […], 1: […] }` where there may be any number.
   */
  readonly records?: GivenRecords;
  /**
   * In place of `records`, where columns of some kind or another port are needed: the same batches, made anew at each call.
   * An operator of several inputs is given those whose `sequence` is 0 at the first, 1 at the second, and so on.
   */
  readonly batches?: () => Batch[];
  /** A fresh world at each call: folders, a warehouse. */
  readonly services?: () => Services | Promise<Services>;
  /** What a run has left in that world, to be compared: contents of files, rows. */
  readonly effects?: (services: Services) => unknown;
  readonly split?: Split;
  /** For how long its speed is measured; not at all unless said. */
  readonly measureMs?: number;
}

export interface CheckResult {
  readonly name: string;
  readonly passed: boolean;
  /** What is wrong; empty where it passed. */
  readonly detail: string;
}

export interface ConformanceReport {
  readonly operator: string;
  readonly passed: boolean;
  readonly checks: readonly CheckResult[];
  /** Null where it was not asked for, or the operator failed. */
  readonly measured: Measurement | null;
}

/**
 * Tries whether an operator keeps to the contract in operator.ts, by running it as the engine would: alone, slowed down,
 * interrupted, with records in batches of all sizes. For the tests of built-in and custom operators alike.
 */
export async function conformance(operator: Operator, request: ConformanceRequest = {}): Promise<ConformanceReport> {
  const complete = completed(operator, request);
  const checks: CheckResult[] = [];
  for (const [name, check] of Object.entries(operator.source ? SOURCE_CHECKS : CHECKS)) {
    const detail = await complaintOf(() => check(complete));
    checks.push({ name, passed: detail === '', detail });
  }
  const measured = request.measureMs ? await measure(complete, request.measureMs).catch(() => null) : null;
  return { operator: operator.name, passed: checks.every((each) => each.passed), checks, measured };
}

async function complaintOf(check: () => void | Promise<void>): Promise<string> {
  try {
    await check();
    return '';
  } catch (error) {
    return error instanceof Error ? error.message || error.name : String(error);
  }
}
