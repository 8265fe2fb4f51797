import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, utimesSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { initHome } from '../jobs/home.ts';
import { serve } from '../server/serve.ts';
import { salesSample } from './data.ts';

const n = Number(process.argv[2] ?? 0);
const sample = await salesSample('/tmp/bl', 1_000_000, 'unquoted');
const home = await initHome(mkdtempSync('/tmp/zz2-') + '/home');
cpSync(sample.files[0]!, home.raw + '/a.csv');
utimesSync(home.raw + '/a.csv', 1, 1);
const s = await serve({ home, port: 0 });
let c;
if (n) {
  c = fork(new URL('./live/clients.ts', import.meta.url), [`${s.url.replace('http', 'ws')}/live`, String(n)]);
  await once(c, 'message');
}
const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.setSamplingInterval', { interval: 500 });
await session.post('Profiler.start');
const a = (process as any).threadCpuUsage();
const t = performance.now();
const elu = performance.eventLoopUtilization();
const o = await s.run({ trigger: 'x' });
const b = (process as any).threadCpuUsage(a);
const e = performance.eventLoopUtilization(elu);
const { profile } = (await session.post('Profiler.stop')) as any;
console.log(
  'clients',
  n,
  'ms',
  Math.round(performance.now() - t),
  'run',
  o.report.duration_ms,
  'main cpu ms',
  Math.round((b.user + b.system) / 1000),
  'elu',
  e.utilization.toFixed(3),
);
const self = new Map<string, number>();
const dt = profile.timeDeltas;
const byId = new Map(profile.nodes.map((x: any) => [x.id, x]));
profile.samples.forEach((id: number, i: number) => {
  const f = (byId.get(id) as any).callFrame;
  const k = `${f.functionName} ${f.url.split('/').slice(-2).join('/')}:${f.lineNumber}`;
  self.set(k, (self.get(k) ?? 0) + dt[i] / 1000);
});
console.log(
  [...self]
    .sort((x, y) => y[1] - x[1])
    .slice(0, 22)
    .map(([k, v]) => `${v.toFixed(1)} ${k}`)
    .join('\n'),
);
c?.disconnect();
await s.stop();
