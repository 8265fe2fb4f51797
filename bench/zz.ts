import { live } from './live.ts';

console.log(
  await live.run({
    folder: '/tmp/bl',
    rounds: 2,
    rows: Number(process.argv[2] ?? 1_000_000),
    large: false,
    python: '',
    onlineRetail: undefined,
  }),
);
