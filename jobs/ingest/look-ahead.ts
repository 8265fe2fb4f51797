import type { Recogniser, Recognition } from './recognise.ts';

/** Recognises files, the next ones while others are still being waited for. */
export class LookAhead {
  readonly #recogniser: Recogniser;
  readonly #begun = new Map<string, Promise<Recognition>>();

  constructor(recogniser: Recogniser) {
    this.#recogniser = recogniser;
  }

  /** Begins to look at a file that {@link recognise} will be asked for. */
  begin(path: string): void {
    const recognition = this.#recogniser.recognise(path);
    // Whoever asks for the file is told what is wrong with it; until then nobody has to listen.
    recognition.catch(() => {});
    this.#begun.set(path, recognition);
  }

  recognise(path: string): Promise<Recognition> {
    const begun = this.#begun.get(path);
    this.#begun.delete(path);
    return begun ?? this.#recogniser.recognise(path);
  }
}
