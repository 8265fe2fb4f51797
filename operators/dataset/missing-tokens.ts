/** Texts that never are a value, in any column. */
const ALWAYS = [
  'null',
  'n/a',
  '#n/a',
  'nan',
  '\\n',
  '(null)',
  '<na>',
  '#value!',
  '#ref!',
  '#div/0!',
  '#name?',
  '#num!',
  'n.a.',
];

/** Texts that are no value where numbers or dates are expected, and may be one elsewhere. */
const WHERE_TYPED = ['na', 'none', 'nil', '-', '--', '?', '.', '*', 'unknown', 'error', 'err', 'missing', 'undefined', 'invalid', 'tbd', 'void', 'blank', '(blank)',
  'not available', 'not applicable', 'k.a.', 'unbekannt', 'fehler', 'fehlt', 's/d', 'n/d', 'nd', 's.d.', 'sin dato', 'desconocido', 'inconnu', 'nc', 'sconosciuto', 'desconhecido', 'onbekend', 'nieznany', 'неизвестно', 'нет', '无', '未知', '不明']; // biome-ignore format: a word list

const always = new Set(ALWAYS);
const typed = new Set([...ALWAYS, ...WHERE_TYPED]);

/** Whether a text means "no value" whatever the column holds. */
export function isMissingAnywhere(text: string): boolean {
  return always.has(text.toLowerCase());
}

/** Whether a text means "no value" in a column of numbers or dates. */
export function isMissingWhereTyped(text: string): boolean {
  return typed.has(text.toLowerCase());
}
