// Keys that were ended stay ended: servers remember them outside the database, so that an older one that is put back brings none of them back.
import type { Clock, Log, SqlTx } from '../../kernel/index.ts'
import type { TokenKey } from './model.ts'
import { endTokenKeysAgain, lockTokenKeys, selectTokenKeys } from './store.ts'

/** What a server remembers of ended keys where no database reaches. */
export interface EndedKeys {
  read(): Promise<ReadonlySet<string>>
  /** Durable when it resolves. */
  add(kids: readonly string[]): Promise<void>
}

export interface EndedKeyPorts {
  readonly clock: Pick<Clock, 'nowMs'>
  readonly log: Pick<Log, 'warn'>
  readonly endedKeys: EndedKeys
}

/** As the database and this server's memory have them: what either knows to be ended is ended, and both know it afterwards. */
export async function readTokenKeys(
  { clock, log, endedKeys }: EndedKeyPorts,
  tx: SqlTx,
): Promise<readonly TokenKey[]> {
  const keys = await selectTokenKeys(tx)
  const remembered = await endedKeys.read()
  const kidsOf = (isEnded: boolean): readonly string[] =>
    keys.flatMap((key) =>
      key.isEnded === isEnded && remembered.has(key.kid) !== isEnded ? [key.kid] : [],
    )
  const unheard = kidsOf(true)
  if (unheard.length > 0) await endedKeys.add(unheard)
  const returned = kidsOf(false)
  if (returned.length > 0) {
    // Whoever ends every key takes the lock first, too.
    await lockTokenKeys(tx)
    await endTokenKeysAgain(tx, returned, new Date(clock.nowMs()).toISOString())
    log.warn(
      'keys of service tokens that were ended are ended again: the database is an older one',
      {
        count: returned.length,
      },
    )
  }
  return keys.map((key) => (remembered.has(key.kid) ? { ...key, isEnded: true } : key))
}
