// Front door of the runner.
export { ROW_LIMIT, STREAM_LIMIT_BYTES } from './checks/collected.ts'
export type { CheckPorts } from './checks/collected.ts'
export { answerManualGate } from './checks/manual.ts'
export type { ManualAnswer } from './checks/manual.ts'
export { DEFAULT_SEARCH_PATH } from './environment.ts'
export { runAnswer, runHere } from './cli.ts'
export type { RunReport } from './cli.ts'
export { runnerErrors } from './errors.ts'
export type { RunEvent } from './events.ts'
export { sealGateRun } from './gate-run.ts'
export type {
  EvidenceBlob,
  GateRunFacts,
  RecordedOutcome,
  RunBinding,
  RunSink,
  SealedGateRun,
} from './gate-run.ts'
export { isSecretParameter, secretMask } from './masking.ts'
export type { MaskedBytes, SecretMask } from './masking.ts'
export { progressView } from './progress.ts'
export type { ProgressMode, ProgressTerms, ProgressView } from './progress.ts'
export type { RunOutcome, RunResult } from './run-loop.ts'
export { PARALLEL_LIMIT } from './schedule.ts'
export { runPlan } from './service.ts'
export type { Resumption, RunRequest } from './service.ts'
