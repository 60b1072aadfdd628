/** How often a fault strikes: few times in `npm test`, the full count in `npm run test:faults`. */
export function faultCount({ few, full }: { few: number; full: number }): number {
  return process.env['TEST_FAULTS'] === 'full' ? full : few;
}
