// Tells the other servers that a log grew, over Socket.IO's adapter: they look sooner, and would look without it.
import type { Server } from 'socket.io'
import type { Clock } from '../kernel/index.ts'
import type { LedgerFeed } from '../ledger/index.ts'

/** Hints about one tenant, at most one in this time. */
const HINT_PAUSE_MS = 20
const HINT = 'grown'
/** Tenants hinted about within one pause; of what goes beyond, the others hear when they look. */
const TENANT_LIMIT_COUNT = 1_000

export interface Hints {
  send(tenantId: string): void
}

/** @param io undefined where there is no other server */
export function makeHints(
  io: Server | undefined,
  { clock, feed }: { readonly clock: Clock; readonly feed: LedgerFeed },
): Hints {
  if (io === undefined) return { send: () => undefined }
  io.on(HINT, (tenantId: unknown) => {
    // It comes from whoever may write to that Redis, and can do no more than make this server look.
    if (typeof tenantId === 'string') feed.hint(tenantId)
  })
  const resting = new Set<string>()
  return {
    send(tenantId) {
      if (resting.has(tenantId) || resting.size >= TENANT_LIMIT_COUNT) return
      resting.add(tenantId)
      // After the pause rather than before: by then what was about to be committed most likely is.
      clock.sleep(HINT_PAUSE_MS).then(
        () => {
          resting.delete(tenantId)
          io.serverSideEmit(HINT, tenantId)
        },
        () => resting.delete(tenantId),
      )
    },
  }
}
