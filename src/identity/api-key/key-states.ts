// Whether keys that others act for still open anything: asked anew every two seconds, and at once after a change here.
import type { Clock, Sql } from '../../kernel/index.ts'
import { endOfKey } from './model.ts'
import { selectApiKeyStates } from './store.ts'

/** As long as a verified key counts without asking. */
const CONFIRMED_MS = 2_000
const KEPT_LIMIT = 10_000

export interface KeyStates {
  isInForce(keyId: string): Promise<boolean>
  forget(keyId: string): void
}

export function makeKeyStates({
  sql,
  clock,
}: {
  readonly sql: Sql
  readonly clock: Clock
}): KeyStates {
  const kept = new Map<string, { readonly askedAtMs: number; readonly answer: Promise<boolean> }>()
  const ask = async (keyId: string): Promise<boolean> => {
    const states = await sql.transaction('system', (tx) => selectApiKeyStates(tx, [keyId]), {
      asksOnce: true,
    })
    const state = states.get(keyId)
    return state !== undefined && endOfKey(state, clock.nowMs()) === undefined
  }
  return {
    isInForce(keyId) {
      const askedAtMs = clock.monotonicMs()
      const known = kept.get(keyId)
      if (known !== undefined && askedAtMs - known.askedAtMs < CONFIRMED_MS) return known.answer
      if (kept.size >= KEPT_LIMIT) kept.clear()
      const answer = ask(keyId)
      kept.set(keyId, { askedAtMs, answer })
      // A question that failed is no answer for the next one.
      answer.catch(() => kept.delete(keyId))
      return answer
    },
    forget: (keyId) => void kept.delete(keyId),
  }
}
