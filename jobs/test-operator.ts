import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, parse } from 'node:path';
import { type ConformanceReport, type ConformanceRequest, conformance } from '../engine/conformance.ts';
import type { Operator } from '../engine/operator.ts';
import { findOperators } from '../operators/discovery/find-operators.ts';
import { rethrow } from '../operators/discovery/found-operator.ts';
import { importOperator } from '../operators/discovery/import-operator.ts';
import { loadRegistry, operatorNames } from '../operators/registry.ts';
import { noSuchOperator, nothingToTry } from './errors.ts';

/** How the tests beside an operator went. */
export interface OwnTests {
  readonly file: string;
  readonly passed: boolean;
  /** What they printed. */
  readonly output: string;
}

export interface OperatorTest extends ConformanceReport {
  /** Null where there are none. */
  readonly ownTests: OwnTests | null;
}

const MEASURE_MS = 250;

/**
 * Tries whether the operator of that name keeps the contract, with the `trial` that its module exports or with its example, and runs
 * the test beside it. `home` is a folder. Throws `unknown_operator`, `nothing_to_try`, `bad_operator`, `bad_operator_package`.
 */
export async function testOperator(name: string, home?: string, measureMs = MEASURE_MS): Promise<OperatorTest> {
  const { operator, trial, path } = await loadOperator(name, home);
  if (!trial && !operator.example && !operator.source) throw nothingToTry(name);
  const report = await conformance(operator, { ...trial, measureMs });
  const ownTests = path === undefined ? null : await runTestsBeside(path);
  return { ...report, passed: report.passed && ownTests?.passed !== false, ownTests };
}

async function loadOperator(
  name: string,
  home: string | undefined,
): Promise<{ operator: Operator; trial?: ConformanceRequest | undefined; path?: string }> {
  const found = findOperators(home, rethrow).get(name);
  if (found) {
    const { default: operator, trial } = await importOperator(found);
    return { operator, trial: trial as ConformanceRequest | undefined, path: found.path };
  }
  const operator = (await loadRegistry([name], null)).get(name);
  if (!operator) throw noSuchOperator(name, operatorNames(home));
  return { operator };
}

async function runTestsBeside(path: string): Promise<OwnTests | null> {
  const { dir, name, ext } = parse(path);
  const file = join(dir, `${name}.test${ext}`);
  if (!existsSync(file)) return null;
  const preload = new URL('../operators/discovery/register.ts', import.meta.url).href;
  // Inside another run of `node --test` it would report to that one.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const args = ['--import', preload, '--test', '--test-reporter=spec', file];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => said.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  return { file, passed: code === 0, output: Buffer.concat(said).toString() };
}
