import type { Fault } from '../../engine/operator.ts';
import { BlockScan } from './block-scan.ts';
import { KeptRecords } from './kept-record.ts';
import { type ParsedRecord, parseRecord } from './parse-record.ts';
import { RecordBlock } from './record-block.ts';
import { OPEN_QUOTE, tooLong, wrongCount } from './record-faults.ts';
import { lineBreaks, type RecordBounds, RecordWalk } from './record-walk.ts';
import { RowScreen, type RowScreenOptions } from './row-screen.ts';
import { CRAMPED, FULL, PARTIAL, RAGGED, SCANNED, ScanLoop } from './scan-loop.ts';

/** Bytes of the file at hand: `bytes[from, to)`, with at least one byte of room beyond `to`. */
export interface Window {
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
  /** No bytes follow `to`. */
  readonly final: boolean;
}

/** Records found, and the buffer that their bounds point into. */
export interface Scanned {
  readonly bytes: Buffer;
  readonly block: RecordBlock;
}

export interface ScannerOptions extends RowScreenOptions {
  /** Line at which the first window begins, from 1. */
  readonly line: number;
}

/** Finds records and cells in windows of a file, and sorts out those that cannot go on. */
export class Scanner {
  readonly #loop: ScanLoop;
  readonly #blocks: BlockScan | null;
  readonly #walk: RecordWalk;
  readonly #options: ScannerOptions;
  readonly #stride: number;
  readonly #screen: RowScreen;
  readonly #kept: KeptRecords | null;
  #bytes: Buffer = Buffer.alloc(0);
  /** Of the block before, on average. */
  #recordBytes = 0;
  /** The rest of a line that was too long is being left out. */
  #discarding = false;

  constructor(options: ScannerOptions) {
    this.#kept = KeptRecords.among(options.names, options.dialect);
    const kept = this.#kept;
    const dialect = kept ? { ...options.dialect, maxRecordBytes: kept.maxRowBytes } : options.dialect;
    this.#options = { ...options, dialect };
    this.#stride = options.names.length;
    this.#screen = new RowScreen(options);
    this.#loop = new ScanLoop(dialect);
    this.#blocks = BlockScan.of(dialect, this.#stride);
    this.#walk = new RecordWalk(dialect);
    this.#loop.line = options.line;
  }

  /** Line of the next record. */
  get line(): number {
    return this.#loop.line;
  }

  /** Where the next record begins in the last window. */
  get position(): number {
    return this.#loop.position;
  }

  /** False in the middle of a line that is being left out: no place to go on from later. */
  get atRecord(): boolean {
    return !this.#discarding;
  }

  /** All complete records of a window, in blocks; `position` then says what is left for the next. */
  *scan(window: Window): Generator<Scanned, void, undefined> {
    const loop = this.#loop;
    this.#bytes = window.bytes;
    this.#bytes[window.to] = 10;
    loop.position = window.from;
    loop.side = window.to + 1;
    this.#walk.reset();
    this.#blocks?.reset();
    if (this.#discarding) this.#discard(window.to, window.final);
    for (let more = !this.#discarding; more; ) {
      const from = loop.position;
      const block = new RecordBlock(this.#stride, window.to - from, this.#recordBytes);
      more = this.#fill(block, window);
      if (block.rows > 0) {
        this.#recordBytes = (loop.position - from) / block.rows;
        if (this.#kept) this.#unpack(block, this.#kept);
        this.#screen.sift(block, this.#bytes, from, loop.position);
      }
      if (block.rows > 0 || block.rejects.length > 0) yield { bytes: this.#bytes, block };
    }
  }

  /** Says whether there may be more in the window. */
  #fill(block: RecordBlock, { to, final }: Window): boolean {
    const loop = this.#loop;
    for (;;) {
      this.#blocks?.take(block, this.#bytes, loop, to);
      const status = loop.run(block, this.#bytes, to, final);
      if (status === SCANNED) return false;
      if (status === PARTIAL && !final && to - loop.position <= this.#options.dialect.maxRecordBytes) return false;
      if (status === RAGGED) this.#ragged(block);
      else if (status === CRAMPED) this.#grow(to);
      else if (status !== FULL && !this.#careful(block, to, final)) return false;
      if (block.isFull) return true;
    }
  }

  /** Puts the cells of records that rows keep whole in the place of the blank ones. */
  #unpack(block: RecordBlock, kept: KeptRecords): void {
    block.retain((row) => {
      const record = kept.in(block, this.#bytes, row);
      if (!record) return true;
      if ('faults' in record) {
        const [line, start, end] = [block.lines[row]!, block.recordStarts[row]!, block.recordEnds[row]!];
        block.rejects.push({ line, start, end, faults: record.faults });
        return false;
      }
      for (const [i, text] of record.cells.entries()) this.#place(block, row * this.#stride + kept.positions[i]!, text);
      return true;
    });
    block.rejects.sort((a, b) => a.start - b.start);
  }

  /** Makes room for unescaped cells: as much as the window can need. */
  #grow(to: number): void {
    const larger = Buffer.allocUnsafeSlow(this.#loop.side + to + 1);
    this.#bytes.copy(larger, 0, 0, this.#loop.side);
    this.#bytes = larger;
  }

  #ragged(block: RecordBlock): void {
    const loop = this.#loop;
    const { position, recordEnd, line, found } = loop;
    loop.position = loop.next;
    loop.line = loop.nextLine;
    this.#reject(block, line, position, recordEnd, wrongCount(this.#stride, found));
  }

  /** Takes the record at hand byte by byte, with csv-parse. False where the rest of it is still to come. */
  #careful(block: RecordBlock, to: number, final: boolean): boolean {
    const { dialect } = this.#options;
    const loop = this.#loop;
    const { position, line } = loop;
    const { kind, end, next } = this.#walk.measure(this.#bytes, position, to, final);
    if (kind !== 'line') {
      const isPartial = kind === 'partial' || kind === 'partial-comment';
      const isLong = end - position > dialect.maxRecordBytes;
      if (isPartial && !isLong) return false;
      if (isLong || kind === 'open') return this.#giveUp(block, to, final, kind, isLong);
      this.#take(block, line, position, end, parseRecord(this.#bytes.subarray(position, end), dialect));
    }
    loop.position = next;
    loop.line += lineBreaks(this.#bytes, position, next);
    return true;
  }

  #take(block: RecordBlock, line: number, start: number, end: number, parsed: ParsedRecord): void {
    const cells = 'cells' in parsed ? parsed.cells : [];
    const fault = 'fault' in parsed ? parsed.fault : wrongCount(this.#stride, cells.length);
    if (cells.length !== this.#stride) {
      this.#reject(block, line, start, end, fault);
      return;
    }
    const row = block.rows++;
    block.lines[row] = line;
    block.recordStarts[row] = start;
    block.recordEnds[row] = end;
    for (let i = 0; i < cells.length; i++) this.#place(block, row * this.#stride + i, cells[i]!);
  }

  /** Puts a cell's text beside the file's bytes. */
  #place(block: RecordBlock, cell: number, text: string): void {
    const loop = this.#loop;
    const length = Buffer.byteLength(text);
    if (loop.side + length > this.#bytes.length) this.#grow(loop.side + length);
    block.starts[cell] = loop.side;
    loop.side += this.#bytes.write(text, loop.side);
    block.ends[cell] = loop.side;
  }

  /** Leaves out the line at hand; reading goes on after its line break, whatever quote is open. */
  #giveUp(block: RecordBlock, to: number, final: boolean, kind: RecordBounds['kind'], isLong: boolean): boolean {
    const loop = this.#loop;
    const { position, line } = loop;
    this.#discarding = true;
    this.#discard(to, final);
    if (kind !== 'partial-comment') {
      const end = this.#cut(position, to);
      const fault = isLong ? this.#lengthFault(position, to) : this.#openFault(position, end);
      this.#reject(block, line, position, end, fault);
    }
    return !this.#discarding;
  }

  /** Where the line at `position` ends, or what is kept of it, cut between characters. */
  #cut(position: number, to: number): number {
    const most = position + this.#options.dialect.maxRecordBytes;
    let end = lineEnd(this.#bytes, position, to);
    if (end > most) for (end = most; end > position && (this.#bytes[end]! & 0xc0) === 0x80; ) end--;
    return end;
  }

  #lengthFault(position: number, to: number): Fault {
    const { maxRecordBytes } = this.#options.dialect;
    const hasLongLine = lineEnd(this.#bytes, position, to) - position > maxRecordBytes;
    return tooLong(maxRecordBytes, !hasLongLine);
  }

  /** What csv-parse says of the first line of a record whose quote is never closed. */
  #openFault(start: number, end: number): Fault {
    const parsed = parseRecord(this.#bytes.subarray(start, end), this.#options.dialect);
    return 'fault' in parsed ? parsed.fault : OPEN_QUOTE;
  }

  /** Goes past the next line break, as far as it is in the window. */
  #discard(to: number, final: boolean): void {
    const loop = this.#loop;
    const end = lineEnd(this.#bytes, loop.position, to);
    const isSplit = !final && this.#bytes[end] === 13 && end + 1 === to;
    loop.position = end;
    if ((end === to && !final) || isSplit) return;
    this.#discarding = false;
    if (end === to) return;
    loop.position += this.#bytes[end] === 13 && end + 1 < to && this.#bytes[end + 1] === 10 ? 2 : 1;
    loop.line++;
  }

  #reject(block: RecordBlock, line: number, start: number, end: number, fault: Fault): void {
    block.rejects.push(this.#screen.reject(fault, this.#bytes, line, start, end));
  }
}

/** Where the line at `from` ends: at its line break, or at `to`. */
function lineEnd(bytes: Uint8Array, from: number, to: number): number {
  let i = from;
  while (i < to && bytes[i] !== 10 && bytes[i] !== 13) i++;
  return i;
}
