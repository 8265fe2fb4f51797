import { parse } from 'csv-parse/sync';
import type { FoundLetter } from '../db/dead-letter-search.ts';
import type { Home } from '../jobs/home.ts';
import { peek } from '../jobs/ingest/peek.ts';
import { type Config, type Dataset, readConfig } from '../operators/dataset/config.ts';
import type { DeadLetter } from './schemas/dead-letters.ts';

type Cells = NonNullable<DeadLetter['cells']>;

const HEADERS_KEPT = 200;
/** Longer records are not cut into cells; they are shown as they are. */
const LONGEST = 64 * 1024;

/** Cuts raw records into cells under the names of their file's header, and marks those at fault. */
export class LetterCells {
  readonly #home: Home;
  /** By path: names of the columns; null where the file is gone. */
  readonly #headers = new Map<string, Promise<readonly string[] | null>>();
  #config: Promise<Config | null> | null = null;

  constructor(home: Home) {
    this.#home = home;
  }

  /** Null where the record cannot be cut: broken quotes, or a dataset that is no longer configured. */
  async of(letter: FoundLetter): Promise<Cells | null> {
    const dataset = (await this.#configuration())?.datasets.get(letter.dataset);
    if (!dataset || letter.raw.length > LONGEST) return null;
    const texts = cellsOf(letter.raw, dataset);
    if (!texts) return null;
    const names = await this.#header(letter.path, dataset);
    const faulty = new Set(letter.faults.flatMap(({ field }) => aliasesOf(field, dataset)));
    return texts.map((text, index) => {
      const field = names?.[index] ?? null;
      return { field, text, faulty: field !== null && faulty.has(field.trim().toLowerCase()) };
    });
  }

  /** Read again after a moment: the configuration may change. */
  #configuration(): Promise<Config | null> {
    if (!this.#config) {
      this.#config = readConfig(this.#home.config).catch(() => null);
      setTimeout(() => {
        this.#config = null;
      }, 5_000).unref();
    }
    return this.#config;
  }

  #header(path: string, { dialect }: Dataset): Promise<readonly string[] | null> {
    const known = this.#headers.get(path);
    if (known) return known;
    const header = peek(path, dialect).then(
      ({ columns }) => columns,
      () => null,
    );
    this.#headers.set(path, header);
    const oldest = this.#headers.keys().next().value;
    if (this.#headers.size > HEADERS_KEPT && oldest !== undefined) this.#headers.delete(oldest);
    return header;
  }
}

function cellsOf(raw: string, { dialect }: Dataset): string[] | null {
  const { delimiter, quoteChar, escapeChar } = dialect;
  try {
    const options = {
      delimiter,
      quote: quoteChar ?? false,
      relax_column_count: true,
      relax_quotes: dialect.relaxQuotes,
    };
    const [cells] = parse(raw, { ...options, ...(escapeChar !== undefined && { escape: escapeChar }) });
    return cells ?? null;
  } catch {
    return null;
  }
}

/** The names, in small letters, that a field's column may have in a file. */
function aliasesOf(field: string | undefined, { fields, map }: Dataset): string[] {
  if (field === undefined) return [];
  const mapped = (map as Readonly<Record<string, unknown>>)[field];
  const names = [field, ...(typeof mapped === 'string' ? [mapped] : [])];
  const aliases = fields.filter(({ name }) => names.includes(name)).flatMap((each) => each.aliases ?? []);
  return [...names, ...aliases].map((name) => name.trim().toLowerCase());
}
