const TIME_CHARS = 24;
const ZERO = 48;
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** What stands for two characters that are no number of two digits. */
const NO_NUMBER = Number.NaN;

function digit(text: string, at: number): number {
  const number = text.charCodeAt(at) - ZERO;
  return number >= 0 && number <= 9 ? number : NO_NUMBER;
}

function twoDigits(text: string, at: number): number {
  return digit(text, at) * 10 + digit(text, at + 1);
}

/** Reads times of one day as `Date.prototype.toISOString` writes them. */
export class DayTime {
  readonly #start: number;
  readonly #prefix: string;
  #lastText = '';
  #lastTime: number | undefined;

  constructor(start: number) {
    this.#start = start;
    this.#prefix = new Date(start).toISOString().slice(0, 11);
  }

  /** Ms since the epoch; undefined when `text` is anything but a time of the day, so written. */
  read(text: string): number | undefined {
    if (text.length !== TIME_CHARS) return undefined;
    // The times of one event, and of its neighbors, are often the same.
    if (text === this.#lastText) return this.#lastTime;
    this.#lastText = text;
    return (this.#lastTime = this.#parse(text));
  }

  #parse(text: string): number | undefined {
    if (!text.startsWith(this.#prefix)) return undefined;
    if (text[13] !== ':' || text[16] !== ':' || text[19] !== '.' || text[23] !== 'Z') {
      return undefined;
    }
    const hour = twoDigits(text, 11);
    const minute = twoDigits(text, 14);
    const second = twoDigits(text, 17);
    const ms = twoDigits(text, 20) * 10 + digit(text, 22);
    // A character that is no digit makes each of these comparisons fail.
    const valid = hour < 24 && minute < 60 && second < 60 && ms >= 0;
    if (!valid) return undefined;
    return this.#start + hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS + ms;
  }
}
