import type { Fields } from '#libs/model';

/** Fills `user_agent.original`. */
export function putUserAgent(fields: Fields, agent: string): void {
  fields['user_agent.original'] = agent;
}
