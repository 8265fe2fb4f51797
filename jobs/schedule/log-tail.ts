/** The last of what a job says, and no more than so many characters. */
export class LogTail {
  readonly #most: number;
  #text = '';
  #isSaved = true;

  constructor(most = 16 * 1024) {
    this.#most = most;
  }

  get text(): string {
    return this.#text;
  }

  /** Adds a line, with the time of day it was said at. */
  add(line: string, at: number): void {
    const text = `${this.#text}${new Date(at).toISOString().slice(0, 19)}Z ${line}\n`;
    // Cut at a line's beginning, so that what is left reads well.
    this.#text = text.length <= this.#most ? text : text.slice(text.indexOf('\n', text.length - this.#most) + 1);
    this.#isSaved = false;
  }

  /** The text, if there is anything new in it since it was last asked for. */
  unsaved(): string | null {
    if (this.#isSaved) return null;
    this.#isSaved = true;
    return this.#text;
  }
}
