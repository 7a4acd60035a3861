// Makes transactions of many rooms parts of one, so that what a request changes is committed together or not at all.
import { AsyncLocalStorage } from 'node:async_hooks'
import type { JoinableSql, Sql, SqlScope, SqlTx, TransactionTerms } from '../kernel/index.ts'
import { platformFault } from './errors.ts'
import { scopeText } from './sql-scope.ts'

/** What keeps notes of a transaction besides the database, and has to forget those of a part that was undone. */
export interface PartNotes {
  countCalled(tx: SqlTx): number
  forgetSince(tx: SqlTx, count: number): void
}

/** One transaction made of parts. */
interface Whole {
  readonly tx: SqlTx
  isOpen: boolean
  /** Parts come one after the other, as they share a session. */
  turn: Promise<unknown>
  /** A part that could not be undone undoes all of them. */
  broken: { readonly error: unknown } | undefined
}

/** @param notes of a database that writes down elsewhere what its transactions append */
export function makeJoinableSql(sql: Sql, notes?: PartNotes): JoinableSql {
  return new JoinedTransactions(sql, notes)
}

class JoinedTransactions implements JoinableSql {
  readonly engine: Sql['engine']
  readonly #sql: Sql
  readonly #notes: PartNotes | undefined
  readonly #whole = new AsyncLocalStorage<Whole>()
  /** Set within a part: another one inside it would wait for itself for ever. */
  readonly #part = new AsyncLocalStorage<{ isOpen: boolean }>()

  constructor(sql: Sql, notes: PartNotes | undefined) {
    this.engine = sql.engine
    this.#sql = sql
    this.#notes = notes
  }

  isJoined(): boolean {
    return this.#whole.getStore()?.isOpen === true
  }

  join<T>(work: () => Promise<T>): Promise<T> {
    return this.#sql.transaction('system', async (tx) => {
      const whole: Whole = { tx, isOpen: true, turn: Promise.resolve(), broken: undefined }
      try {
        return await this.#whole.run(whole, work)
      } finally {
        await closeWhole(whole)
      }
    })
  }

  transaction<T>(
    scope: SqlScope,
    work: (tx: SqlTx) => Promise<T>,
    terms?: TransactionTerms,
  ): Promise<T> {
    const whole = this.#whole.getStore()
    if (whole?.isOpen !== true) return this.#sql.transaction(scope, work, terms)
    if (this.#part.getStore()?.isOpen === true) {
      return Promise.reject(
        platformFault(
          'PLATFORM_TRANSACTION_NESTED',
          'expected the open transaction to be passed on',
        ),
      )
    }
    const mine = whole.turn.then(() => this.#runPart(whole, scope, work))
    // The next part comes whether or not this one succeeds; its failure reaches its own caller.
    whole.turn = mine.catch(() => undefined)
    return mine
  }

  async #runPart<T>(whole: Whole, scope: SqlScope, work: (tx: SqlTx) => Promise<T>): Promise<T> {
    const { tx } = whole
    const mark = { isOpen: true }
    const count = this.#notes?.countCalled(tx) ?? 0
    if (whole.broken !== undefined) throw whole.broken.error
    // Settings made after the savepoint are undone with the part, and made anew by the next one.
    await tx.query(`savepoint part; ${scopeText(scope)}`)
    try {
      const result = await this.#part.run(mark, () => work(tx))
      await tx.query('release savepoint part')
      return result
    } catch (error) {
      try {
        await tx.query('rollback to savepoint part; release savepoint part')
        this.#notes?.forgetSince(tx, count)
      } catch {
        // The connection is gone, or the engine is: the failure that brought us here is the one to tell.
        whole.broken = { error }
      }
      throw error
    } finally {
      mark.isOpen = false
    }
  }
}

/** What was begun and is not waited for ends first; what comes later is a transaction of its own. */
async function closeWhole(whole: Whole): Promise<void> {
  whole.isOpen = false
  await whole.turn
  if (whole.broken !== undefined) throw whole.broken.error
}
