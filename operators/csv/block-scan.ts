import { BLOCK_SCAN_CODE } from './block-scan-code.ts';
import type { DialectBytes } from './dialect.ts';
import type { RecordBlock } from './record-block.ts';
import type { ScanLoop } from './scan-loop.ts';

/**
 * The short way through records that are by the book, which nearly all are: vectors of bytes, in WebAssembly (see
 * wasm/block-scan.ts). It stops at the first that is not, or that has a line break in a cell, and leaves that one to {@link ScanLoop}.
 */
export class BlockScan {
  readonly #kernel: Kernel;
  readonly #dialect: DialectBytes;
  readonly #stride: number;
  /** Of the bytes at hand `[#from, #to)` are in the kernel's memory. */
  #from = 0;
  #to = 0;

  private constructor(kernel: Kernel, dialect: DialectBytes, stride: number) {
    this.#kernel = kernel;
    this.#dialect = dialect;
    this.#stride = stride;
  }

  /** Null where the dialect knows more than delimiters and quotes, or this machine cannot do it. */
  static of(dialect: DialectBytes, stride: number): BlockScan | null {
    const { quote, escapeByte, comment, skipInitialSpace } = dialect;
    const isSimple = comment < 0 && !skipInitialSpace && (escapeByte < 0 || escapeByte === quote);
    const kernel = isSimple ? sharedKernel() : null;
    return kernel && stride <= kernel.mostCells ? new BlockScan(kernel, dialect, stride) : null;
  }

  /** To be called when the bytes are others than before. */
  reset(): void {
    this.#to = 0;
  }

  /** Takes records of `bytes[loop.position, end)` into the block, and moves `loop` on. */
  take(block: RecordBlock, bytes: Uint8Array, loop: ScanLoop, end: number): void {
    const kernel = this.#kernel;
    for (;;) {
      const { position } = loop;
      const room = Math.min(block.capacity - block.rows, Math.floor(kernel.mostCells / this.#stride));
      if (room === 0 || position >= end) return;
      if (!this.#holds(position)) this.#load(bytes, position, end);
      const found = kernel.scan(position - this.#from, this.#to - this.#from, this.#from, room);
      const rows = found < 0 ? ~found : found;
      if (rows > 0) loop.position = kernel.copyTo(block, rows, loop.line);
      loop.line += rows;
      if (found < 0) return;
      if (rows === room) continue;
      // The bytes in memory are used up: those that follow come next, unless this is all or a record needs more room.
      if (this.#to === end || loop.position === this.#from) return;
      this.#to = this.#from;
    }
  }

  #holds(position: number): boolean {
    return this.#kernel.user === this && position >= this.#from && position < this.#to;
  }

  #load(bytes: Uint8Array, from: number, end: number): void {
    const { quote, delimiter, maxRecordBytes } = this.#dialect;
    this.#kernel.user = this;
    this.#kernel.prepare(delimiter, quote, this.#stride, maxRecordBytes);
    this.#from = from;
    this.#to = Math.min(end, from + this.#kernel.mostBytes);
    this.#kernel.bytes.set(bytes.subarray(from, this.#to));
  }
}

interface Constant {
  readonly value: number;
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly MOST_BYTES: Constant;
  readonly MOST_CELLS: Constant;
  readonly BYTES: Constant;
  readonly STARTS: Constant;
  readonly ENDS: Constant;
  readonly RECORD_STARTS: Constant;
  readonly RECORD_ENDS: Constant;
  prepare(delimiter: number, quote: number, stride: number, maxRecordBytes: number): void;
  scan(from: number, end: number, shift: number, rows: number): number;
}

/** The little that is needed of it; Node's types leave it to those of browsers. */
declare const WebAssembly: {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Exports };
};

/** The WebAssembly at work, with its memory. */
class Kernel {
  readonly mostBytes: number;
  readonly mostCells: number;
  readonly bytes: Uint8Array;
  /** Whose bytes are in memory. */
  user: BlockScan | null = null;
  readonly prepare: Exports['prepare'];
  readonly #scan: Exports['scan'];
  readonly #origin: number;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  readonly #recordStarts: Int32Array;
  readonly #recordEnds: Int32Array;

  constructor(exports: Exports) {
    const { buffer } = exports.memory;
    this.mostBytes = exports.MOST_BYTES.value;
    this.mostCells = exports.MOST_CELLS.value;
    this.prepare = exports.prepare;
    this.#scan = exports.scan;
    this.#origin = exports.BYTES.value;
    this.bytes = new Uint8Array(buffer, this.#origin, this.mostBytes);
    this.#starts = new Int32Array(buffer, exports.STARTS.value);
    this.#ends = new Int32Array(buffer, exports.ENDS.value);
    this.#recordStarts = new Int32Array(buffer, exports.RECORD_STARTS.value);
    this.#recordEnds = new Int32Array(buffer, exports.RECORD_ENDS.value);
  }

  /** Finds records in `bytes[from, end)`; `shift` is where these stand in the buffer that they were taken from. */
  scan(from: number, end: number, shift: number, rows: number): number {
    return this.#scan(this.#origin + from, this.#origin + end, shift - this.#origin, rows);
  }

  /** Adds the first `rows` found to the block, the first of them on `line`; says where the next record begins. */
  copyTo(block: RecordBlock, rows: number, line: number): number {
    const { rows: row, stride } = block;
    const cells = rows * stride;
    block.starts.set(this.#starts.subarray(0, cells), row * stride);
    block.ends.set(this.#ends.subarray(0, cells), row * stride);
    block.recordStarts.set(this.#recordStarts.subarray(0, rows), row);
    block.recordEnds.set(this.#recordEnds.subarray(0, rows), row);
    for (let i = 0; i < rows; i++) block.lines[row + i] = line + i;
    block.rows += rows;
    return this.#recordStarts[rows]!;
  }
}

let shared: Kernel | null | undefined;

/** One for each thread; null where there is no WebAssembly, or none with vectors. */
function sharedKernel(): Kernel | null {
  if (shared !== undefined) return shared;
  try {
    const module = new WebAssembly.Module(Buffer.from(BLOCK_SCAN_CODE, 'base64'));
    shared = new Kernel(new WebAssembly.Instance(module).exports);
  } catch {
    shared = null;
  }
  return shared;
}
