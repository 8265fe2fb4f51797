import fc from 'fast-check';
import t from 'tap';
import { Dictionary } from '../../engine/dictionary.ts';

t.test('equal texts have one code, in order of first appearance, as bytes or as strings', (t) => {
  const text = fc.string({ unit: 'grapheme', maxLength: 40 });
  const property = fc.property(fc.array(fc.tuple(text, fc.boolean())), (entries) => {
    const dictionary = new Dictionary();
    const order = [...new Set(entries.map(([each]) => each))];
    for (const [each, asBytes] of entries) {
      // In the middle of a buffer, as cells stand.
      const bytes = Buffer.from(`<${each}>`);
      const code = asBytes ? dictionary.encodeBytes(bytes, 1, bytes.length - 1) : dictionary.encode(each);
      if (code !== order.indexOf(each)) return false;
    }
    return JSON.stringify(dictionary.values) === JSON.stringify(order);
  });
  t.doesNotThrow(() => fc.assert(property));
  t.end();
});

t.test('grows to its capacity, finds all it holds, and takes no more', (t) => {
  const dictionary = new Dictionary();
  for (let i = 0; i < Dictionary.capacity; i++) dictionary.encode(`text ${i}`);
  t.ok(dictionary.isFull);
  t.notOk(dictionary.hasRoomFor(1));
  t.ok(dictionary.hasRoomFor(0));
  t.throws(() => dictionary.encode('one more'), RangeError);
  const bytes = Buffer.from('text 65535');
  t.equal(dictionary.encodeBytes(bytes, 0, bytes.length), 65_535);
  t.equal(dictionary.encode('text 0'), 0);
  t.end();
});

t.test('texts whose hashes meet are told apart', (t) => {
  const dictionary = new Dictionary();
  const codes = new Set<number>();
  // All strings of two bytes: far more of them than slots in the first table.
  const bytes = Buffer.alloc(2);
  for (let a = 0; a < 128; a++) {
    for (let b = 0; b < 128; b++) {
      bytes[0] = a;
      bytes[1] = b;
      codes.add(dictionary.encodeBytes(bytes, 0, 2));
    }
  }
  t.equal(codes.size, 128 * 128);
  t.end();
});

t.test('what it was given may be overwritten afterwards', (t) => {
  const dictionary = new Dictionary();
  const bytes = Buffer.from('north');
  dictionary.encodeBytes(bytes, 0, 5);
  bytes.fill('x');
  t.strictSame(dictionary.values, ['north']);
  t.equal(dictionary.encode('north'), 0);
  t.equal(dictionary.encodeBytes(bytes, 0, 5), 1);
  t.end();
});

t.test('ids are unique', (t) => {
  t.not(new Dictionary().id, new Dictionary().id);
  t.end();
});
