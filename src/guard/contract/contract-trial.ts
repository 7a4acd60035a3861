// Tries a contract where it can do no harm: judged, compiled, asked about a few values; and whether its compiler can be trusted.
import type { Contract } from '../ingest/ingest-guard.ts'
import type { BodyLimits, SchemaLimits, SchemaReason } from './schema-check.ts'
import { judgeSchema } from './schema-check.ts'

/** Makes a contract of a schema; with ajv: `(schema) => new Ajv2020({ strict: true }).compile(schema)`. */
export type ContractCompiler = (schema: object) => Contract

export type ContractReason =
  | SchemaReason
  /** The compiler changes values, or does not stop at the first mistake. */
  | 'compiler-unfit'
  | 'compile-failed'
  /** The contract throws or answers with something else than yes or no. */
  | 'contract-unfit'
  | 'trial-slow'
  | 'trial-failed'
  | 'busy'

export interface ContractRefusal {
  readonly ok: false
  readonly reason: ContractReason
  /** JSON Pointer to the schema it is about; empty = the whole. */
  readonly at: string
  readonly detail: string
}

export type TrialAnswer = { readonly ok: true; readonly evaluations: number } | ContractRefusal

/** Judges and compiles a schema elsewhere, within a deadline. `nodeContractTrial` of `@seaworthy/guard/node` is one. */
export type ContractTrial = (schemaText: string) => Promise<TrialAnswer>

/** What a compiler says is repeated up to here, in UTF-16 units. */
const DETAIL_LIMIT = 300

export function refuseContract(reason: ContractReason, detail: string): ContractRefusal {
  // What a compiler says holds pieces of the schema; no control character of it may steer a log.
  const line = detail.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').slice(0, DETAIL_LIMIT)
  return { ok: false, reason, at: '', detail: line.toWellFormed() }
}

/** Synchronous: for a worker that somebody ends when it takes too long. */
export function tryContract(
  schemaText: string,
  compile: ContractCompiler,
  body: BodyLimits,
  limits?: SchemaLimits,
): TrialAnswer {
  const schema: unknown = JSON.parse(schemaText)
  const judged = judgeSchema(schema, body, limits)
  if (!judged.ok) return judged
  const unfit = findCompilerFault(compile)
  if (unfit !== undefined) return refuseContract('compiler-unfit', unfit)
  const compiled = compileSafely(compile, schema as object)
  if ('ok' in compiled) return compiled
  try {
    for (const value of [null, true, 0, '', 'x'.repeat(1_000), [], [[]], {}, { x: {} }])
      if (typeof compiled(value) !== 'boolean')
        return refuseContract('contract-unfit', 'expected yes or no from the contract')
  } catch (error) {
    return refuseContract('contract-unfit', messageOf(error))
  }
  return judged
}

/** A compiler that throws has refused. */
export function compileSafely(
  compile: ContractCompiler,
  schema: object,
): Contract | ContractRefusal {
  try {
    return compile(schema)
  } catch (error) {
    return refuseContract('compile-failed', messageOf(error))
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Options that would repair bodies silently, or take the bound off patterns: a `maxLength` helps only where it ends the check. */
function findCompilerFault(compile: ContractCompiler): string | undefined {
  const changing = compile({
    type: 'object',
    properties: { a: { type: 'integer' }, b: { type: 'integer', default: 1 } },
    additionalProperties: false,
  })
  const value = { a: '1', c: 1 }
  const isTaken = changing({ a: '1' }) || changing({ a: 1, c: 1 })
  changing(value)
  const given = {}
  changing(given)
  if (isTaken || JSON.stringify(value) !== '{"a":"1","c":1}' || JSON.stringify(given) !== '{}')
    return 'expected a compiler that leaves values as they are (no coerceTypes, useDefaults, removeAdditional)'
  const counting = compile({ type: 'string', maxLength: 1, pattern: '^a' })
  if (counting('bb') || (counting.errors ?? []).length !== 1)
    return 'expected a compiler that stops at the first mistake (allErrors off)'
  return undefined
}
