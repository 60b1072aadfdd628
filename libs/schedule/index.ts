export { RUN_KIND, RunClaims } from './run-claims.ts';
export { Schedule, type Job, type When } from './schedule.ts';
