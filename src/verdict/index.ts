// Front door of verdict.
export {
  admitGate,
  neededParameters,
  steeringParameters,
  substituteParameters,
} from './admission.ts'
export { CAPTURE_LIMIT_BYTES, parseCapture } from './capture-parse.ts'
export { decide } from './decide.ts'
export { reviewHashOf } from './decision-hash.ts'
export { diffResults } from './result-diff.ts'
export type { DiffWord, GateDiff } from './result-diff.ts'
export { parseDecisionInputs } from './inputs-parse.ts'
export { judgeGate } from './judge.ts'
export type * from './capture-model.ts'
export type * from './model.ts'
export type * from './people-model.ts'
export * from './phase.ts'
export { definitionHashOf, findPhaseCircle, planHashOf, withDescendants } from './plan.ts'
export type { GateOrder } from './plan.ts'
export type * from './plan-model.ts'
export { parsePlan } from './plan-parse.ts'
export { matchesReportPath, reportStreamName } from './report-paths.ts'
export {
  readDigest,
  readInteger,
  readList,
  readName,
  readOneOf,
  readRecord,
  readShare,
  readText,
} from './shape.ts'
export type { Reader } from './shape.ts'
export { exceedsAllowance, plannedSamples, sampleGateOf, soakCoverage } from './soak.ts'
export { packSoakSample, SOAK_SAMPLE_LIMIT } from './soak-samples.ts'
export type { SampleTime, SoakSample } from './soak-samples.ts'
export { settleRun } from './settle.ts'
export type { RecordedGate } from './settle.ts'
export { statusAt, type StatusTerms, type TimedStatus } from './staleness.ts'
export { conditionState, standingsOf, withRollUps } from './standing.ts'
export type { GateStanding, Standings } from './standing.ts'
export { exitCodeOfVerdict, isSatisfied, worstStatus } from './status.ts'
