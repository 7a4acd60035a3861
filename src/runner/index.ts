// Front door of the runner.
export type { CheckPorts } from './checks/collected.ts'
export type { ManualAnswer } from './checks/manual.ts'
export { runAnswer } from './answer.ts'
export { runHere } from './cli.ts'
export type { RunReport } from './cli.ts'
export type { RunEvent } from './events.ts'
export type {
  EvidenceBlob,
  GateRunFacts,
  RecordedOutcome,
  RunBinding,
  RunSink,
  SealedGateRun,
} from './gate-run.ts'
export type { MaskedBytes, SecretMask } from './masking.ts'
export type { ProgressMode, ProgressTerms, ProgressView } from './progress.ts'
export type { RunOutcome, RunResult } from './run-loop.ts'
export { runPlan } from './service.ts'
export type { Resumption, RunRequest } from './service.ts'
