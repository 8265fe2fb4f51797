import { RequestError } from '../api/request.ts';
import type { Problem } from '../server-types.ts';

/** Files on their way from this page into the inbox. */
export class Uploads {
  #names = $state.raw<readonly string[]>([]);
  #part = $state(0);
  #error = $state<string | null>(null);
  #done = $state.raw<readonly string[]>([]);

  /** Being sent now. */
  get names(): readonly string[] {
    return this.#names;
  }
  /** How much of them has been sent: 0 to 1. */
  get part(): number {
    return this.#part;
  }
  get error(): string | null {
    return this.#error;
  }
  /** What was sent last, as it is called in the inbox. */
  get done(): readonly string[] {
    return this.#done;
  }
  get isBusy(): boolean {
    return this.#names.length > 0;
  }

  /** Sends files; a run begins once all are there. Never throws; what went wrong is in `error`. */
  async send(files: readonly File[]): Promise<void> {
    if (files.length === 0 || this.isBusy) return;
    this.#names = files.map(({ name }) => name);
    this.#part = 0;
    this.#error = null;
    try {
      this.#done = await post(files, (part) => {
        this.#part = part;
      });
    } catch (error) {
      this.#error = (error as Error).message;
    } finally {
      this.#names = [];
    }
  }
}

/** By XMLHttpRequest, because fetch does not tell how much of a body has gone. */
function post(files: readonly File[], progress: (part: number) => void): Promise<string[]> {
  const form = new FormData();
  for (const file of files) form.append('files', file, file.name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', '/files?run=true');
    request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 0);
    request.onerror = () =>
      reject(new RequestError('The server cannot be reached; the file was not sent.', 'unreachable', 0));
    request.onload = () => {
      const answer = JSON.parse(request.responseText || '{}') as { files?: { name: string }[] } & Partial<Problem>;
      if (request.status < 300) resolve(answer.files?.map(({ name }) => name) ?? []);
      else
        reject(
          new RequestError(
            answer.detail ?? `The server answered with ${request.status}.`,
            answer.code ?? '',
            request.status,
          ),
        );
    };
    request.send(form);
  });
}
