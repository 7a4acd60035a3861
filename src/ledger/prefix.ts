// Holds a log against a root that was signed of it before.
import { bytesEqual } from '../kernel/index.ts'
import type { Digest, SqlTx } from '../kernel/index.ts'
import { frontierRoot } from '../proof/index.ts'
import type { LogHead } from './batch.ts'
import { ledgerFault } from './errors.ts'
import type { KnownRoot } from './model.ts'
import { hashRanges } from './nodes.ts'

/** What was signed before must still be the beginning of the log. @throws LEDGER_LOG_ROLLED_BACK, LEDGER_CHECKPOINT_FORKED */
export async function assertPrefix(
  ports: { readonly digest: Digest },
  tx: SqlTx,
  head: Pick<LogHead, 'logId' | 'origin' | 'size' | 'frontier'>,
  signed: KnownRoot,
  which: string,
): Promise<void> {
  if (signed.size > head.size) {
    throw ledgerFault(
      'LEDGER_LOG_ROLLED_BACK',
      `expected at least the ${signed.size} entries of ${which}, got ${head.size}`,
      {
        details: { origin: head.origin, signedSize: signed.size, size: head.size },
      },
    )
  }
  const nodes = { digest: ports.digest, tx, logId: head.logId, size: head.size }
  const [root] =
    signed.size === head.size
      ? [frontierRoot(ports.digest, head.frontier)]
      : await hashRanges(nodes, [{ from: 0, until: signed.size }])
  if (!bytesEqual(root!, signed.root)) {
    throw ledgerFault(
      'LEDGER_CHECKPOINT_FORKED',
      `expected the first ${signed.size} entries to have the root of ${which}, got another`,
      {
        details: { origin: head.origin, signedSize: signed.size, size: head.size },
      },
    )
  }
}
