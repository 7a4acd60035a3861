// Watches the appends to the ledgers from outside: how long each took, and whether it was refused.
import type { Clock } from '../../kernel/index.ts'
import type { Ledger } from '../../ledger/index.ts'

export type AppendOutcome = 'appended' | 'refused'

export function watchLedger(
  ledger: Ledger,
  clock: Pick<Clock, 'monotonicMs'>,
  tell: (outcome: AppendOutcome, durationMs: number) => void,
): Ledger {
  const timed = async <T>(append: () => Promise<T>): Promise<T> => {
    const beganMs = clock.monotonicMs()
    let outcome: AppendOutcome = 'refused'
    try {
      const appended = await append()
      outcome = 'appended'
      return appended
    } finally {
      tell(outcome, clock.monotonicMs() - beganMs)
    }
  }
  const watched: Pick<Ledger, 'append' | 'appendInTx'> = {
    append: (...terms) => timed(() => ledger.append(...terms)),
    appendInTx: (...terms) => timed(() => ledger.appendInTx(...terms)),
  }
  return new Proxy(ledger, {
    get(target, name) {
      if (name in watched) return Reflect.get(watched, name) as unknown
      const member: unknown = Reflect.get(target, name)
      return typeof member === 'function' ? (member.bind(target) as unknown) : member
    },
  })
}
