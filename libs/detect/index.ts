export type { Correlation } from './correlation.ts';
export {
  createDetector,
  type DetectCounts,
  type Detector,
  type DetectResult,
  type Stopwatch,
} from './detector.ts';
export type { RuleCount } from './rule-tally.ts';
export { RulesUnreadable, readRuleFiles, SAMPLES_SUFFIX } from './rule-files.ts';
