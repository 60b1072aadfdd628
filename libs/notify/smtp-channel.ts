import { createTransport, type Transporter } from 'nodemailer';

import { PermanentError } from '#libs/model';

import { Channel } from './channel.ts';
import { headerId, type Notice, subjectOf, textOf } from './notice.ts';

export interface SmtpOptions {
  readonly name: string;
  /** `smtp://user:password@host:port`, or `smtps://…`. */
  readonly url: string;
  readonly from: string;
  readonly to: readonly string[];
  /** A server that does not answer within this is given up for now, ms. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 15_000;

/** Mail through an SMTP server; STARTTLS when the server offers it. */
export class SmtpChannel extends Channel {
  readonly name: string;
  readonly #options: SmtpOptions;
  readonly #transport: Transporter;

  constructor(options: SmtpOptions) {
    super();
    this.name = options.name;
    this.#options = options;
    const timeout = options.timeoutMs ?? TIMEOUT_MS;
    this.#transport = createTransport({
      url: options.url,
      connectionTimeout: timeout,
      greetingTimeout: timeout,
      socketTimeout: timeout,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  async send(notice: Notice, also: readonly Notice[] = []): Promise<void> {
    const id = headerId(notice.id);
    try {
      await this.#transport.sendMail({
        from: this.#options.from,
        to: [...this.#options.to],
        subject: subjectOf(notice, also),
        text: textOf(notice, also),
        // The same id when it is sent again, so that a mail program shows it once.
        messageId: `<${id}@thapcanh>`,
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Thapcanh-Notice': id },
      });
    } catch (error) {
      if (isRefusal(error)) throw new PermanentError(error.message, { cause: error });
      throw error;
    }
  }

  close(): Promise<void> {
    this.#transport.close();
    return Promise.resolve();
  }
}

/**
 * A 5xx answer to the mail itself. A refused password is not one: somebody will mend the account.
 */
function isRefusal(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { responseCode, code } = error as Error & { responseCode?: number; code?: string };
  if (code === 'EAUTH') return false;
  return responseCode !== undefined && responseCode >= 500 && responseCode < 600;
}
