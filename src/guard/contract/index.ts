// Door of the contracts within the guard.
export { tryContract } from './contract-trial.ts'
export type {
  ContractCompiler,
  ContractReason,
  ContractRefusal,
  ContractTrial,
  TrialAnswer,
} from './contract-trial.ts'
export { makeContracts } from './contracts.ts'
export type { ContractAnswer, Contracts, ContractsTerms } from './contracts.ts'
export { judgePattern } from './pattern-check.ts'
export type { PatternJudgement, PatternReason } from './pattern-check.ts'
export { judgeSchema, SCHEMA_LIMITS } from './schema-check.ts'
export type { BodyLimits, SchemaLimits, SchemaReason, SchemaRefusal } from './schema-check.ts'
