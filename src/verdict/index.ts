// Front door of verdict.
export * from './admission.ts'
export { CAPTURE_LIMIT_BYTES, parseCapture } from './capture-parse.ts'
export * from './data-edges.ts'
export { decide } from './decide.ts'
export { reviewHashOf } from './decision-hash.ts'
export { diffResults, type DiffWord, type GateDiff } from './result-diff.ts'
export { parseDecisionInputs } from './inputs-parse.ts'
export { judgeGate } from './judge.ts'
export type * from './capture-model.ts'
export type * from './model.ts'
export type * from './people-model.ts'
export * from './phase.ts'
export { definitionHashOf, findPhaseCircle, needsOf, planHashOf, withDescendants } from './plan.ts'
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
  type Reader,
} from './shape.ts'
export * from './soak.ts'
export * from './soak-samples.ts'
export { heldByNeeds, settleRun, type RecordedGate } from './settle.ts'
export { statusForDependents, waivedGates } from './waiver.ts'
export { statusAt, type StatusTerms, type TimedStatus } from './staleness.ts'
export { conditionState, standingsOf, withRollUps } from './standing.ts'
export type { GateStanding, Standings } from './standing.ts'
export { exitCodeOfVerdict, isSatisfied, worstStatus } from './status.ts'
