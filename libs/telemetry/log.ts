import { pino, type Logger } from 'pino';

export type { Logger };

/**
 * JSON lines on standard error: a constant message plus fields. Standard output belongs to the
 * ready line.
 */
export function createLogger(level: string): Logger {
  return pino({ level, base: null }, pino.destination({ dest: 2, sync: false }));
}
