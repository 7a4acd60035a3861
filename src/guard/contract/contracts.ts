// Contracts that users bring: each schema is tried elsewhere once, then compiled here and kept.
import type { Contract } from '../ingest/ingest-guard.ts'
import type { GuardSink } from '../model.ts'
import type { ContractCompiler, ContractRefusal, ContractTrial } from './contract-trial.ts'
import { compileSafely, refuseContract } from './contract-trial.ts'
import { writeSchema } from './schema-check.ts'
import type { SchemaLimits } from './schema-check.ts'

export interface ContractsTerms {
  readonly compile: ContractCompiler
  readonly trial: ContractTrial
  sha256(bytes: Uint8Array): string
  readonly limits?: SchemaLimits
  readonly sink?: GuardSink
  /** Contracts and refusals kept; the one unused for longest goes. Default 100. */
  readonly keptCount?: number
}

export type ContractAnswer = { readonly ok: true; readonly contract: Contract } | ContractRefusal

export interface Contracts {
  /**
   * The contract of a JSON Schema 2020-12, as JSON.parse gives it. The same schema is tried and compiled once, also when it is
   * asked for many times at once. Never rejects.
   */
  admit(schema: unknown): Promise<ContractAnswer>
}

const KEPT_COUNT = 100
/** Trials that may wait for the one that runs; one more is refused as `busy`. */
const WAITING_LIMIT_COUNT = 16

/** Refusals that say something about now, not about the schema. */
const PASSING: ReadonlySet<string> = new Set(['busy', 'trial-slow', 'trial-failed'])

export function makeContracts(terms: ContractsTerms): Contracts {
  const { compile, trial, sink, limits, keptCount = KEPT_COUNT } = terms
  const kept = new Map<string, Promise<ContractAnswer>>()
  let waiting = 0
  let last: Promise<unknown> = Promise.resolve()

  const tryInTurn = async (text: string): Promise<ContractAnswer> => {
    if (waiting > WAITING_LIMIT_COUNT)
      return refuseContract('busy', 'too many contracts are being tried')
    waiting++
    const turn = last.then(() => trial(text))
    last = turn.catch(() => undefined)
    try {
      const tried = await turn
      if (!tried.ok) return tried
    } catch (error) {
      return refuseContract('trial-failed', error instanceof Error ? error.message : String(error))
    } finally {
      waiting--
    }
    const compiled = compileSafely(compile, JSON.parse(text) as object)
    return 'ok' in compiled ? compiled : { ok: true, contract: compiled }
  }

  const answer = async (key: string, text: string): Promise<ContractAnswer> => {
    const answered = await tryInTurn(text)
    if (!answered.ok && PASSING.has(answered.reason)) kept.delete(key)
    return answered
  }

  return {
    async admit(schema) {
      const written = writeSchema(schema, limits)
      if (!written.ok) {
        sink?.({ type: 'contract.refused', reason: written.reason })
        return written
      }
      const key = terms.sha256(new TextEncoder().encode(written.text))
      const known = kept.get(key) ?? answer(key, written.text)
      // Set again, it is the youngest.
      kept.delete(key)
      kept.set(key, known)
      if (kept.size > keptCount) kept.delete(kept.keys().next().value!)
      const answered = await known
      if (!answered.ok) sink?.({ type: 'contract.refused', reason: answered.reason })
      return answered
    },
  }
}
