// Which decision is the newest: the ledger's order says so, not a clock.
import type { EntryPage } from '../ledger/index.ts'
import { formatReleaseName } from '../gates/index.ts'
import type { ReleaseContext } from './context.ts'
import { selectDecision } from './store.ts'
import type { ReleaseKey, StoredDecision } from './store.ts'

/** Entries fetched per call. */
const PAGE_COUNT = 1000

export async function readLatestDecision(
  context: ReleaseContext,
  tenantId: string,
  release: ReleaseKey,
): Promise<StoredDecision | undefined> {
  const { ledger, sql } = context.ports
  // A tenant that never wrote anything has no log to list.
  if ((await ledger.identify(tenantId)) === undefined) return undefined
  let statementId: string | undefined
  let fromSeq: number | undefined = 0
  while (fromSeq !== undefined) {
    const query = {
      fromSeq,
      limit: PAGE_COUNT,
      type: 'release.decided',
      subject: formatReleaseName(release),
    }
    const page: EntryPage = await ledger.list(tenantId, query)
    statementId = page.entries.at(-1)?.body.refs[0] ?? statementId
    fromSeq = page.nextSeq
  }
  if (statementId === undefined) return undefined
  const wanted = statementId
  return sql.transaction({ tenantId }, (tx) => selectDecision(tx, tenantId, wanted))
}
