import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import iconv from 'iconv-lite';
import t from 'tap';
import { guessDialect } from '../../../operators/csv/guess.ts';
import { readHeader, sampleRecords } from '../../../operators/csv/sample.ts';
import { inFolder } from './reading.ts';

/** Runs `work` on the path of a file of those bytes. */
function withFile<T>(bytes: Uint8Array | string, work: (path: string) => Promise<T>): Promise<T> {
  return inFolder(async (folder) => {
    const path = join(folder, 'any.csv');
    await writeFile(path, bytes);
    return work(path);
  });
}

const guessed = async (bytes: Uint8Array | string) => (await withFile(bytes, guessDialect)).dialect;

t.test('guesses delimiter, quotes, header and the lines before it', async (t) => {
  t.strictSame(await guessed('id,amount\n1,2.50\n2,3.75\n'), {});
  t.strictSame(await guessed('id;betrag\n1;2,50\n2;3,75\n'), { delimiter: ';' });
  t.strictSame(await guessed('1\t2024-01-01\n2\t2024-01-02\n'), { delimiter: '\t', header: false });
  t.strictSame(await guessed("id|name\n1|'a|b'\n2|'c|d'\n"), { delimiter: '|', quoteChar: "'" });
  t.strictSame(await guessed('Umsatz;;\nQuelle: Kasse\nid;ort;betrag\n1;Bonn;2,50\n2;Ulm;3\n'), {
    delimiter: ';',
    skipRows: 2,
  });
  t.strictSame(await guessed('sku,size,price\n1,5" pipe,3\n2,6" pipe,4\n'), { relaxQuotes: true });
  t.strictSame(await guessed('id,note\n1,"a \\"b\\" c"\n2,"d \\"e\\", f"\n'), { escapeChar: '\\' });
  t.strictSame(await guessed('number\n1\n2\n'), {});
});

t.test('a few faulty quotes are faults, not another dialect', async (t) => {
  const rows = Array.from({ length: 40 }, (_, i) => `"n${i}",${i}\n`);
  rows[20] = '"n"x,20\n';
  t.strictSame(await guessed(`name,amount\n${rows.join('')}`), {});
});

t.test('says what it tried and why', async (t) => {
  const { tried, evidence, score } = await withFile('id;ort\n1;Bonn\n2;Ulm\n', guessDialect);
  t.match(tried[0], { delimiter: ';', quoteChar: '"', score });
  t.ok(tried.length >= 12 && tried.every((each, i) => i === 0 || each.score <= tried[i - 1]!.score));
  t.match(evidence.join('\n'), /utf-8.*\n.*";": 100 % of the first 3 records have 2 cells/);
});

t.test('reads header and first records of any format', async (t) => {
  const text = 'id , Größe\r\n1,ä\r\n2,ö\r\n';
  const plain = await withFile(text, readHeader);
  t.match(plain, {
    names: ['id', 'Größe'],
    header: ['id ', ' Größe'],
    encoding: 'utf-8',
    compression: 'none',
    newline: '\r\n',
    firstRecords: [
      ['1', 'ä'],
      ['2', 'ö'],
    ],
  });
  const packed = await withFile(gzipSync(iconv.encode(text, 'windows-1252')), readHeader);
  t.match(packed, { ...plain, encoding: 'windows-1252', compression: 'gzip' });
});

t.test('samples records from all over a file', async (t) => {
  const rows = Array.from({ length: 100_000 }, (_, i) => `${i},"name ${i}"\n`).join('');
  for (const bytes of [Buffer.from(`id,name\n${rows}`), gzipSync(`id,name\n${rows}`)]) {
    const records = await withFile(bytes, (path) => sampleRecords(path, {}, { places: 10, recordsPerPlace: 20 }));
    t.equal(records.length, 200);
    t.ok(records.every(([id, name]) => name === `name ${id}`));
    t.equal(records[0]?.[0], '0');
    const ids = records.map(([id]) => Number(id));
    t.ok(Math.max(...ids) > 25_000);
    t.equal(new Set(ids).size, 200, 'no record twice');
  }
  const small = await withFile('id,name\n1,a\n', (path) =>
    sampleRecords(path, {}, { places: 10, recordsPerPlace: 20 }),
  );
  t.strictSame(small, [['1', 'a']]);
});

t.test('the first records are the same, however long they are and wherever quotes stand', async (t) => {
  for (const length of [10, 200, 330, 900]) {
    const records = Array.from({ length: 60 }, (_, i) => [`${i}`, `"a, ${'"b"\n'.repeat(length / 5)}"`, 'x'.repeat(i)]);
    const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const text = records.map((cells) => `${cells.map(cell).join(',')}\n`).join('');
    const { firstRecords } = await withFile(`id,note,mark\n${text}`, readHeader);
    t.strictSame(firstRecords, records.slice(0, firstRecords.length), `${length}`);
    const fitting = Math.floor(65_536 / (text.length / 60));
    t.ok(firstRecords.length >= Math.min(50, fitting - 1), `${firstRecords.length} records of ${length}`);
  }
});
