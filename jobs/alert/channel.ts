import type { Notice } from './notice.ts';
import type { ChannelName } from './policy.ts';

/** What goes out, and what its receiver knows it by. */
export interface Message {
  /** The same in every attempt, and of no other event. */
  readonly key: string;
  readonly notice: Notice;
  /** It may have gone out already: whoever sent it never said what came of it. */
  readonly interrupted: boolean;
  /** Address of the alert's page. */
  readonly link: string;
}

/** What came of an attempt. */
export type Attempt =
  | { readonly outcome: 'sent' }
  /** `retryAfterMs`: the receiver wants to be left alone for so long. */
  | { readonly outcome: 'failed'; readonly error: string; readonly retryAfterMs: number | null }
  /** The receiver will never take this message, however often it comes. */
  | { readonly outcome: 'refused'; readonly error: string };

/** Where alerts go. */
export interface Channel {
  readonly name: ChannelName;
  /**
   * Sends one message, and says what came of it; ends within {@link SEND_TIMEOUT_MS} or so, and soon after the signal. May throw
   * what it did not foresee, which is a failure as well.
   */
  send(message: Message, signal: AbortSignal): Promise<Attempt>;
}

/** A receiver that has not answered by then has not got it. */
export const SEND_TIMEOUT_MS = 10_000;
