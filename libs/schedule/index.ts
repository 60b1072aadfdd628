export { Schedule, type Job, type When } from './schedule.ts';
