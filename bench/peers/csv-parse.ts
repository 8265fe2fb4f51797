/** csv-parse alone: arrays, no consumer. Usage: node csv-parse.ts FILE; prints {"rows", "revenue"}. */
import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';

const parser = createReadStream(process.argv[2] ?? '').pipe(parse({ fromLine: 2 }));
let rows = 0;
parser.on('data', () => rows++);
parser.on('end', () => console.log(JSON.stringify({ rows, revenue: null })));
parser.on('error', (error) => {
  throw error;
});
