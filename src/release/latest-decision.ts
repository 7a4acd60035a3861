// Which decision about a release in an environment is the newest: the ledger's order says so, not a clock.
import { formatReleaseName } from '../gates/index.ts'
import type { ReleaseContext } from './context.ts'
import { listEntries } from './entries.ts'
import { selectDecision } from './store.ts'
import type { ReleaseKey, StoredDecision } from './store.ts'

/** Of the environment that the release names, or else of its own. @throws GATES_RUN_UNKNOWN */
export async function readLatestDecision(
  context: ReleaseContext,
  tenantId: string,
  release: ReleaseKey,
): Promise<StoredDecision | undefined> {
  const decided = await listEntries(context, tenantId, formatReleaseName(release), {
    type: 'release.decided',
  })
  if (decided.length === 0) return undefined
  const { environment } = await context.runs.environmentsOf(tenantId, release)
  for (const { body } of decided.toReversed()) {
    const found = await readDecision(context, tenantId, body.refs[0] ?? '')
    if (found === undefined) continue
    if ((await context.runs.environmentOf(tenantId, found.runId)) === environment) return found
  }
  return undefined
}

function readDecision(
  { ports }: ReleaseContext,
  tenantId: string,
  statementId: string,
): Promise<StoredDecision | undefined> {
  return ports.sql.transaction({ tenantId }, (tx) => selectDecision(tx, tenantId, statementId))
}
