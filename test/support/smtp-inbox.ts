import { SMTPServer } from 'smtp-server';

import type { CleanUp } from './clean-up.ts';

/** A real SMTP server on a free port that keeps what it took. */
export interface SmtpInbox {
  readonly url: string;
  readonly mails: string[];
  /** Answers the next mails with this code; `hang` never answers. 250 takes them. */
  answer: number | 'hang';
  close(): Promise<void>;
}

export async function smtpInbox(cleanUp: CleanUp): Promise<SmtpInbox> {
  const mails: string[] = [];
  const inbox: SmtpInbox = { url: '', mails, answer: 250, close: () => Promise.resolve() };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    closeTimeout: 100,
    onData(stream, _session, done) {
      void (async () => {
        const parts: Buffer[] = [];
        for await (const part of stream) parts.push(part);
        if (inbox.answer === 'hang') return;
        if (inbox.answer === 250) {
          mails.push(Buffer.concat(parts).toString());
          done();
          return;
        }
        done(Object.assign(new Error('not now'), { responseCode: inbox.answer }));
      })();
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  const close = () => new Promise<void>((resolve) => server.close(resolve));
  cleanUp(close);
  return Object.assign(inbox, { url: `smtp://127.0.0.1:${address.port}`, close });
}
