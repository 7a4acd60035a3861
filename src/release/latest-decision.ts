// Which decision is the newest: the ledger's order says so, not a clock.
import { formatReleaseName } from '../gates/index.ts'
import type { ReleaseContext } from './context.ts'
import { listEntries } from './entries.ts'
import { selectDecision } from './store.ts'
import type { ReleaseKey, StoredDecision } from './store.ts'

export async function readLatestDecision(
  context: ReleaseContext,
  tenantId: string,
  release: ReleaseKey,
): Promise<StoredDecision | undefined> {
  const decided = await listEntries(context, tenantId, formatReleaseName(release), {
    type: 'release.decided',
  })
  const statementId = decided.at(-1)?.body.refs[0]
  if (statementId === undefined) return undefined
  return context.ports.sql.transaction({ tenantId }, (tx) =>
    selectDecision(tx, tenantId, statementId),
  )
}
