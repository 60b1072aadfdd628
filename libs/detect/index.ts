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
export { readPack, readPackArchive, type PackFiles } from './pack/pack-files.ts';
export type { PackChange, PackRule } from './pack/pack-change.ts';
export { RuleControl, type ControlRefused, type SwitchBy } from './pack/rule-control.ts';
export { RuleEdits, withEdits, type EditRefused, type RuleEdit } from './pack/rule-edits.ts';
export { RulePacks, type PackRefused, type RulePack } from './pack/rule-packs.ts';
export {
  Backtest,
  type BacktestOutcome,
  type BacktestReport,
  type BacktestRequest,
} from './backtest/backtest.ts';
