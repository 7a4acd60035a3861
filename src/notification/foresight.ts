// The job that looks ahead for a tenant: what will end soon, or is waited for, becomes a fact of the ledger, once, and rules tell it as any other.
import { canonicalBytes, SeaworthyError, UUID_CHANCE_BYTES, uuidV7 } from '../kernel/index.ts'
import type { Digest, JobKind, Jobs, Sql, SqlTx } from '../kernel/index.ts'
import { dropSchedule, keepSchedule } from '../job/index.ts'
import type { Ledger, LedgerFact } from '../ledger/index.ts'
import { FORESEEN_EVENTS } from './rule-events.ts'
import type { ForeseenEvent } from './rule-events.ts'
import { selectRules } from './rule-store.ts'
import type { StoredRule } from './rule-store.ts'

const FORESEE_KIND = 'notification.foresee'
const SCHEDULE_NAME = 'foresight'
/** A Go lives a day by default, so what is told six hours before its end is ten minutes late at most. */
const SCHEDULE_CRON = '*/10 * * * *'
const ATTEMPT_LIMIT_COUNT = 5
const TIME_LIMIT_MS = 120_000

/** Something that will be, as whoever knows releases says it. */
export interface Foreseen {
  readonly event: ForeseenEvent
  /** `service@version`. */
  readonly release: string
  /** What makes it this and no other, beside event, release and time: told once for each. */
  readonly thing: string
  /** As the subject of a sentence: `the waiver W1`. */
  readonly what: string
  /** When it ends; null for what is waited for. */
  readonly atMs: number | null
  /** The same in the release time zone, for people. */
  readonly atText: string | null
}

export interface ForesightPorts {
  readonly sql: Sql
  readonly ledger: Ledger
  readonly digest: Digest
  /** Who tells the ledger. */
  readonly actor: string
  /** Of the releases of a tenant, at this moment. */
  foresee(tenantId: string): Promise<readonly Foreseen[]>
}

export function makeForeseeJob(ports: ForesightPorts): JobKind {
  return {
    name: FORESEE_KIND,
    summary: 'Look ahead for rules: what will end soon, and what is waited for',
    workerLimit: 2,
    tenantLimit: 1,
    attemptLimit: ATTEMPT_LIMIT_COUNT,
    timeLimitMs: TIME_LIMIT_MS,
    keptDoneMs: 0,
    isSchedulable: true,
    async run({ tenantId, signal }) {
      const rules = await ports.sql.transaction({ tenantId }, (tx) => selectRules(tx, tenantId))
      const wanted = new Set<string>(rules.flatMap(({ events }) => events))
      let told = 0
      for (const each of await ports.foresee(tenantId)) {
        signal.throwIfAborted()
        if (wanted.has(each.event) && (await tellOnce(ports, tenantId, each))) told += 1
      }
      return { result: { told } }
    },
  }
}

/** The ledger is the memory: the id follows from the thing, and an id is there once. */
async function tellOnce(
  { ledger, digest, actor }: ForesightPorts,
  tenantId: string,
  { event, release, thing, what, atMs, atText }: Foreseen,
): Promise<boolean> {
  const key = canonicalBytes(['foreseen', event, release, thing, atMs])
  const at = atMs === null ? null : new Date(atMs).toISOString()
  const fact: LedgerFact = {
    id: uuidV7(atMs ?? 0, digest.sha256(key).subarray(0, UUID_CHANCE_BYTES)),
    type: 'notification.foreseen',
    actor,
    subject: release,
    payload: { event, what, at, atText },
    refs: [],
  }
  try {
    const [appended] = await ledger.append(tenantId, [fact])
    return appended?.isRepeat === false
  } catch (error) {
    // Told before in other words: in another time zone, say.
    if (error instanceof SeaworthyError && error.code === 'LEDGER_ENTRY_CONFLICT') return false
    throw error
  }
}

/** A tenant whose rules want it looks ahead every ten minutes, and at once; another does not. */
export async function followForesight(
  { jobs, clock }: { readonly jobs: Jobs; readonly clock: { nowMs(): number } },
  tx: SqlTx,
  tenantId: string,
  rules: readonly StoredRule[],
  createdBy: string,
): Promise<void> {
  const isWanted = rules.some(({ events }) =>
    events.some((event) => (FORESEEN_EVENTS as readonly string[]).includes(event)),
  )
  if (!isWanted) {
    await dropSchedule(tx, tenantId, SCHEDULE_NAME)
    return
  }
  const schedule = { name: SCHEDULE_NAME, kind: FORESEE_KIND, cron: SCHEDULE_CRON, createdBy }
  await keepSchedule(tx, tenantId, schedule, clock.nowMs())
  await jobs.enqueue(tx, [{ tenantId, kind: FORESEE_KIND, key: `schedule:${SCHEDULE_NAME}` }])
}
