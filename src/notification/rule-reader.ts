// Follows the ledger for rules: what they want to hear is written down as messages, once, in one transaction with the place in the log.
import { SeaworthyError } from '../kernel/index.ts'
import type { Digest, Jobs, Log, SqlTx } from '../kernel/index.ts'
import type { FollowTerms, ReaderEntry } from '../ledger/index.ts'
import { notifyWish } from './deliver.ts'
import { forgetOld } from './forget.ts'
import type { ForgetPorts } from './forget.ts'
import { insertMessage } from './message-store.ts'
import type { Notice, StoredChannel } from './model.ts'
import { contentHashOf, harmlessNotice, messageIdOf, topicOf } from './notice.ts'
import { matchesSubject, noticesOf } from './rule-events.ts'
import type { ToldFact } from './rule-events.ts'
import {
  selectLastOfTopic,
  selectRules,
  takeGateStatuses,
  updateQuietCount,
  upsertGateStatus,
} from './rule-store.ts'
import type { StoredRule } from './rule-store.ts'
import { selectChannels } from './store.ts'

const READER_NAME = 'notification'
const MS_PER_MINUTE = 60_000
/** What somebody wrote has no form in which it could be kept. */
const UNTELLABLE: readonly string[] = ['CANONICAL_VALUE_REFUSED', 'PLATFORM_VALUE_REFUSED']

export interface RulePorts extends ForgetPorts {
  readonly digest: Digest
  readonly jobs: Jobs
  readonly log: Log
}

export function ruleTerms(ports: RulePorts): FollowTerms {
  return {
    reader: READER_NAME,
    what: 'rules of notifications',
    isWanted: async (tx, tenantId) => (await selectRules(tx, tenantId)).length > 0,
    take: (tx, tenantId, entries) => takeEntries(ports, tx, tenantId, entries),
    keepUp: () => forgetOld(ports),
  }
}

async function takeEntries(
  ports: RulePorts,
  tx: SqlTx,
  tenantId: string,
  entries: readonly ReaderEntry[],
): Promise<void> {
  const rules = await selectRules(tx, tenantId)
  const channels = (await selectChannels(tx, tenantId)).filter(({ isEnabled }) => isEnabled)
  // One millisecond apart: what opens an incident must not leave after what closes it.
  let tickMs = ports.clock.nowMs()
  const tick = (): number => tickMs++
  for (const entry of entries) {
    try {
      await takeEntry(ports, tx, tenantId, { rules, channels, tick }, entry)
    } catch (error) {
      if (!cannotBeTold(error)) throw error
      const detail = `entry ${entry.seq}: ${error.message}`
      ports.log.error('rules of notifications: an entry cannot be told', { tenantId, detail })
    }
  }
}

interface Listeners {
  readonly rules: readonly StoredRule[]
  readonly channels: readonly StoredChannel[]
  tick(): number
}

async function takeEntry(
  ports: RulePorts,
  tx: SqlTx,
  tenantId: string,
  { rules, channels, tick }: Listeners,
  entry: ReaderEntry,
): Promise<void> {
  const fact = await factOf(tx, tenantId, entry)
  for (const { event, notice } of noticesOf(fact))
    for (const rule of rules) {
      const isMeant = rule.events.includes(event) && matchesSubject(rule.subject, fact.subject)
      if (!isMeant || entry.timeMs < Date.parse(rule.createdAt)) continue
      for (const channel of channels) {
        const isItself = fact.subject === `channel/${channel.id}`
        if (!rule.channelIds.includes(channel.id) || isItself) continue
        const telling = { rule, channel, notice, entryId: entry.body.id, nowMs: tick() }
        await tell(ports, tx, tenantId, telling)
      }
    }
}

async function factOf(
  tx: SqlTx,
  tenantId: string,
  { body, payload }: ReaderEntry,
): Promise<ToldFact> {
  const isRecord = typeof payload === 'object' && payload !== null && !Array.isArray(payload)
  const record: Readonly<Record<string, unknown>> = isRecord ? { ...payload } : {}
  const { run, gate, status } = record
  const fact = { type: body.type, subject: body.subject, payload: record }
  if (typeof run !== 'string') return fact
  if (body.type === 'gate.recorded' && typeof gate === 'string' && typeof status === 'string')
    await upsertGateStatus(tx, tenantId, run, gate, status)
  if (body.type !== 'run.finished') return fact
  return { ...fact, gates: await takeGateStatuses(tx, tenantId, run) }
}

interface Telling {
  readonly rule: StoredRule
  readonly channel: StoredChannel
  readonly notice: Notice
  readonly entryId: string
  readonly nowMs: number
}

/** Refused before the database heard of it, so that its transaction goes on; nothing else may be skipped. */
function cannotBeTold(error: unknown): error is SeaworthyError {
  return error instanceof SeaworthyError && UNTELLABLE.includes(error.code)
}

/** The same again within the rule's quiet time is counted and not sent; what is over is always told. */
async function tell(
  { digest, jobs }: RulePorts,
  tx: SqlTx,
  tenantId: string,
  { rule, channel, notice: told, entryId, nowMs }: Telling,
): Promise<void> {
  // Of the fact, not of the words: the same verdict a week later is news, and two rules say it once.
  const id = messageIdOf(digest, channel.id, `${entryId} ${told.topic}`)
  const topic = topicOf(digest, told.topic)
  const last = await selectLastOfTopic(tx, tenantId, channel.id, topic)
  if (last?.id === id) return
  const isSame = last !== undefined && last.isResolved === (told.isResolved === true)
  const isQuiet = isSame && nowMs - Date.parse(last.createdAt) < rule.quietMinutes * MS_PER_MINUTE
  if (isQuiet) {
    await updateQuietCount(tx, tenantId, channel.id, last.id)
    return
  }
  const quiet =
    isSame && last.quietCount > 0
      ? [{ name: 'kept quiet since the last one', value: String(last.quietCount) }]
      : []
  const notice = harmlessNotice({ ...told, topic, fields: [...told.fields, ...quiet] })
  const message = {
    id,
    channelId: channel.id,
    topic,
    origin: `rule ${rule.name}`,
    notice,
    contentHash: contentHashOf(digest, notice),
  }
  if (await insertMessage(tx, tenantId, message, nowMs))
    await jobs.enqueue(tx, [notifyWish(tenantId, channel.id)])
}
