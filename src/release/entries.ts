// The ledger's entries about one release, or one service, in order.
import type { EntryPage, LedgerEntry } from '../ledger/index.ts'
import type { ReleaseContext } from './context.ts'

/** Entries fetched per call; a release with more takes more calls. */
const PAGE_COUNT = 1000

/**
 * @param subject `service@version`, or the service for what its register records
 * @param terms `type`: only entries of it; `size`: only entries below this position
 */
export async function listEntries(
  context: ReleaseContext,
  tenantId: string,
  subject: string,
  terms: { readonly type?: string; readonly size?: number } = {},
): Promise<LedgerEntry[]> {
  const { ledger } = context.ports
  // A tenant that never wrote anything has no log to list.
  if ((await ledger.identify(tenantId)) === undefined) return []
  const { type, size = Number.MAX_SAFE_INTEGER } = terms
  const entries: LedgerEntry[] = []
  let fromSeq: number | undefined = 0
  while (fromSeq !== undefined && fromSeq < size) {
    const query = {
      fromSeq,
      limit: PAGE_COUNT,
      subject,
      ...(type === undefined ? {} : { type }),
    }
    const page: EntryPage = await ledger.list(tenantId, query)
    entries.push(...page.entries.filter((entry) => entry.seq < size))
    fromSeq = page.nextSeq
  }
  return entries
}
