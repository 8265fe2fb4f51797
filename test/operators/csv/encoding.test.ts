import iconv from 'iconv-lite';
import t from 'tap';
import { guessEncoding } from '../../../operators/csv/encoding.ts';

const guessed = (...samples: (Buffer | string)[]) =>
  guessEncoding(samples.map((sample) => Buffer.from(sample))).encoding;

t.test('single-byte text is told by how it reads', async (t) => {
  const texts = {
    French: 'article;désignation\n1;Crème brûlée à la carte\n2;Château, 12 % remisé\n',
    German: 'Straße;Größe\nKönigsallee;groß\nMünchner Straße;übergroß\n',
    Spanish: 'año;niño\n2024;señora Muñoz\n2024;ración de jamón\n',
    Danish: 'by;vare\nÅrhus;Rødgrød med fløde\nKøbenhavn;Smørrebrød\n',
    prices: 'item;price\ntea;£3.50\ncoffee;£4\n',
  };
  for (const [language, text] of Object.entries(texts)) {
    t.equal(guessed(iconv.encode(text, 'windows-1252')), 'windows-1252', language);
    t.equal(guessed(text), 'utf-8', language);
    if (language !== 'prices') t.equal(guessed(iconv.encode(text, 'cp850')), 'cp850', `${language} of DOS`);
  }
  t.equal(
    guessed(iconv.encode('name,note\nO’Neil,“quoted” – 5 €\n', 'windows-1252')),
    'windows-1252',
    'typographic signs',
  );
});

t.test('broken places do not make another encoding', async (t) => {
  t.equal(guessed(Buffer.from('name\nboogie\nbo\xff\xffgie\n', 'latin1')), 'utf-8', 'bytes no text has');
  t.equal(
    guessed(Buffer.from('name\nbo\xc3\x28gie\nbo\xa0\xa1gie\n', 'latin1')),
    'utf-8',
    'letters and signs amid words',
  );
  const text = Buffer.from('stadt\nKöln\nMünchen\n');
  t.equal(guessed(Buffer.concat([text, Buffer.from('K\xf6ln\n', 'latin1')])), 'utf-8', 'more sound than broken');
  t.equal(guessed('place\n37\ufffd36\n'), 'utf-8', 'U+FFFD itself is sound');
});

t.test('samples cut within a character are no fault', async (t) => {
  const text = Buffer.from('日本語のテキスト');
  for (let cut = 1; cut < 9; cut++) t.equal(guessed(text.subarray(0, cut + 9), text.subarray(cut)), 'utf-8', `${cut}`);
});

t.test('UTF-16 is known by its mark or its zeros', async (t) => {
  const wide = Buffer.from('id,name\n1,North\n', 'utf16le');
  t.equal(guessed(wide), 'utf-16le');
  t.equal(guessed(Buffer.from(wide).swap16()), 'utf-16be');
  t.equal(guessed(Buffer.from([0xff, 0xfe, 0x2d, 0x4e])), 'utf-16le');
  t.equal(guessed('a\0b,c\nd\0,e\n1,2,3,4,5,6,7,8,9'), 'utf-8', 'a stray NUL is not UTF-16');
});
