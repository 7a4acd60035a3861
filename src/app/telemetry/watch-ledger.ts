// Watches the appends to the ledgers from outside: how long each took, whether it was refused, and what it belongs to.
import { inSpan } from '../../kernel/index.ts'
import type { Clock, Tracing } from '../../kernel/index.ts'
import type { Ledger } from '../../ledger/index.ts'

export type AppendOutcome = 'appended' | 'refused'

export function watchLedger(
  ledger: Ledger,
  clock: Pick<Clock, 'monotonicMs'>,
  tracing: Tracing,
  tell: (outcome: AppendOutcome, durationMs: number) => void,
): Ledger {
  const timed = async <T>(factCount: number, append: () => Promise<T>): Promise<T> => {
    const beganMs = clock.monotonicMs()
    let outcome: AppendOutcome = 'refused'
    try {
      const facts = { 'seaworthy.ledger.facts': factCount }
      const terms = { name: 'ledger append', kind: 'internal', facts } as const
      const appended = await (factCount === 0 ? append() : inSpan(tracing, terms, append))
      outcome = 'appended'
      return appended
    } finally {
      tell(outcome, clock.monotonicMs() - beganMs)
    }
  }
  const watched: Pick<Ledger, 'append' | 'appendInTx'> = {
    append: (...terms) => timed(terms[1].length, () => ledger.append(...terms)),
    appendInTx: (...terms) => timed(terms[2].length, () => ledger.appendInTx(...terms)),
  }
  return new Proxy(ledger, {
    get(target, name) {
      if (name in watched) return Reflect.get(watched, name) as unknown
      const member: unknown = Reflect.get(target, name)
      return typeof member === 'function' ? (member.bind(target) as unknown) : member
    },
  })
}
