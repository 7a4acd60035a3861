// Notices, before anything is appended, a log that is less or other than what was signed of it before.
import type { Digest, SqlTx } from '../kernel/index.ts'
import type { LogHead } from './batch.ts'
import { assertGuarded } from './epoch/guarded.ts'
import type { CheckpointGuard } from './model.ts'

export interface WatchPorts {
  readonly digest: Digest
  readonly guard: CheckpointGuard | undefined
}

/**
 * Every entry on top of an older database would be on a branch that the next checkpoint cannot sign, so such a log is read
 * only from its first append on. Asked once for each log and process, and again whenever a log is smaller than it was.
 */
export class RollbackWatch {
  readonly #ports: WatchPorts
  /** Entries that each log had when it was looked at last, by origin. */
  readonly #seen = new Map<string, number>()

  constructor(ports: WatchPorts) {
    this.#ports = ports
  }

  /** For whoever has the log's turn. @throws LEDGER_LOG_ROLLED_BACK, LEDGER_CHECKPOINT_FORKED */
  async assertContinues(tx: SqlTx, tenantId: string, head: LogHead): Promise<void> {
    const seen = this.#seen.get(head.origin)
    // Smaller is no proof: what was seen may have been a transaction's own, and undone with it.
    if (seen === undefined || head.size < seen) {
      await assertGuarded(this.#ports, tx, tenantId)
    }
    this.#seen.set(head.origin, head.size)
  }

  /** @param size entries that a log has once a transaction is committed */
  noteAppended(origin: string, size: number): void {
    this.#seen.set(origin, size)
  }
}
