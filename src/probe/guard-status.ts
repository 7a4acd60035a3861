// Asks a running service what its guards hold at this moment, and shows it as a short table.
import { z } from 'zod'
import type { CommandContext } from '../client/index.ts'
import { GUARD_STATUS_FORMAT } from '../guard/index.ts'
import { harmlessLine, messageOf, parseStrictJson, utf8Text } from '../kernel/index.ts'
import type { FetchAnswer } from '../kernel/index.ts'
import { probeFault } from './errors.ts'

const TIMEOUT_MS = 10_000
/** A thousand blocks and a thousand throttles, with room to spare. */
const ANSWER_LIMIT_BYTES = 4 * 1024 * 1024
/** Blocks and throttles that people are shown; `--json` has all that the service listed. */
const SHOWN_COUNT = 20
const REFUSED_STATUSES: readonly number[] = [401, 403]
/** The last moment that a Date can name. */
const EPOCH_LIMIT_MS = 8.64e15

const name = z.string()
const count = z.number().min(0)
const moment = z.number().min(0).max(EPOCH_LIMIT_MS)
const listOf = <Each extends z.ZodType>(each: Each) => z.object({ count, listed: z.array(each) })

/** What a later guard adds is left out, so that an older command still reads it. */
const statusDocument = z.object({
  format: z.literal(GUARD_STATUS_FORMAT),
  limits: z.array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('bucket'), name, limit: count, windowMs: count, burst: count }),
      z.object({ kind: z.literal('window'), name, limit: count, windowMs: count }),
    ]),
  ),
  blocks: listOf(z.object({ address: name, untilEpochMs: moment, earlierCount: count })),
  throttles: listOf(
    z.object({
      tenant: name,
      ratePerS: count,
      busyPerS: count,
      throttle: z.object({
        id: name,
        beganAtEpochMs: moment,
        isEnforced: z.boolean(),
        allowedPerS: count,
        refusedCount: count,
      }),
    }),
  ),
  graph: z.object({ mode: name, costLimit: count }).nullable(),
  breakers: z.array(
    z.object({
      name,
      state: z.enum(['closed', 'open', 'half-open', 'held']),
      retryAfterMs: count.nullable(),
      openedCount: count,
      failures: count,
      calls: count,
    }),
  ),
  switches: z.array(z.object({ name, kind: name, state: z.enum(['on', 'off']), by: name })),
  sources: z.array(z.object({ name, state: name, reason: z.string().optional() })),
})

/** `data` of the envelope. */
export type GuardStatusAnswer = z.output<typeof statusDocument>

/** @throws PROBE_STATUS_UNREACHABLE, _KEY_REFUSED, _UNREADABLE, _EXCEEDED */
export async function readGuardStatus(
  context: Pick<CommandContext, 'ports' | 'signal'>,
  url: string,
  key: string | undefined,
): Promise<GuardStatusAnswer> {
  return readStatus(await askFor(context, url, key))
}

async function askFor(
  { ports, signal }: Pick<CommandContext, 'ports' | 'signal'>,
  url: string,
  key: string | undefined,
): Promise<FetchAnswer> {
  const headers = {
    accept: 'application/json',
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  }
  const asked = { method: 'GET', url, headers, timeoutMs: TIMEOUT_MS, signal }
  try {
    return await ports.fetch.send({ ...asked, bodyLimitBytes: ANSWER_LIMIT_BYTES })
  } catch (error) {
    throw probeFault('PROBE_STATUS_UNREACHABLE', messageOf(error), { cause: error })
  }
}

function readStatus({ status, body, truncated }: FetchAnswer): GuardStatusAnswer {
  if (REFUSED_STATUSES.includes(status))
    throw probeFault('PROBE_STATUS_KEY_REFUSED', `expected the key to be taken, got ${status}`)
  if (status !== 200)
    throw probeFault('PROBE_STATUS_UNREADABLE', `expected ${GUARD_STATUS_FORMAT}, got ${status}`)
  if (truncated)
    throw probeFault(
      'PROBE_STATUS_EXCEEDED',
      `expected at most ${ANSWER_LIMIT_BYTES} bytes, got more`,
    )
  let document: unknown
  try {
    document = parseStrictJson(utf8Text(body))
  } catch (error) {
    throw probeFault('PROBE_STATUS_UNREADABLE', `expected JSON: ${messageOf(error)}`)
  }
  const read = statusDocument.safeParse(document)
  if (read.success) return read.data
  const [issue] = read.error.issues
  const place = ['$', ...(issue?.path ?? [])].join('.')
  throw probeFault(
    'PROBE_STATUS_UNREADABLE',
    `expected ${GUARD_STATUS_FORMAT}, got another document: ${place}: ${issue?.message ?? ''}`,
  )
}

/** One row for each thing that stands; the first column says what it is. */
export function renderGuardStatus(status: GuardStatusAnswer): string {
  const { limits, graph, throttles, blocks, breakers, switches, sources } = status
  const rows = [
    ...limits.map((limit) => ['limit', limit.name, limitWords(limit)]),
    ...(graph === null
      ? []
      : [['queries', graph.mode, `at most ${graph.costLimit} points for one`]]),
    ...breakers.map((breaker) => ['breaker', breaker.name, breakerWords(breaker)]),
    ...switches.map(({ name: called, kind, state, by }) => [
      'switch',
      called,
      `${state} (${kind}), says ${by}`,
    ]),
    ...sources
      .filter(({ state }) => state === 'lost')
      .map(({ name: called, reason }) => [
        'source',
        called,
        `lost, its last words hold: ${reason ?? ''}`,
      ]),
    ...throttles.listed
      .slice(0, SHOWN_COUNT)
      .map(({ tenant, throttle }) => ['throttle', tenant, throttleWords(throttle)]),
    ...blocks.listed
      .slice(0, SHOWN_COUNT)
      .map(({ address, untilEpochMs }) => ['block', address, `until ${timeOf(untilEpochMs)}`]),
  ].map((row) => row.map(harmlessLine))
  const widths = [0, 1].map((column) => Math.max(0, ...rows.map((row) => row[column]!.length)))
  const lines = rows.map(([what = '', which = '', words = '']) =>
    `${what.padEnd(widths[0]!)}  ${which.padEnd(widths[1]!)}  ${words}`.trimEnd(),
  )
  return [...lines, countLine(status)].join('\n')
}

/** Said even where nothing stands: that nobody is throttled is an answer too. */
function countLine({ throttles, blocks }: GuardStatusAnswer): string {
  const isCut = throttles.count > SHOWN_COUNT || blocks.count > SHOWN_COUNT
  return `${throttles.count} throttled, ${blocks.count} blocked${
    isCut ? `; ${SHOWN_COUNT} of each are shown, --json lists more` : ''
  }`
}

function limitWords(limit: GuardStatusAnswer['limits'][number]): string {
  const words = `${limit.limit} in ${limit.windowMs / 1_000} s`
  return limit.kind === 'bucket' ? `${words}, ${limit.burst} at once` : `${words}, fixed windows`
}

function breakerWords(breaker: GuardStatusAnswer['breakers'][number]): string {
  const { state, retryAfterMs, openedCount, failures, calls } = breaker
  if (state === 'held') return 'held open until somebody releases it'
  if (state === 'closed') return `closed, ${failures} of ${calls} calls failed lately`
  const wait = retryAfterMs === null ? '' : `, tried again in ${Math.ceil(retryAfterMs / 1_000)} s`
  return `${state}, opened ${openedCount} times${wait}`
}

function throttleWords(throttle: GuardStatusAnswer['throttles']['listed'][number]['throttle']) {
  const { allowedPerS, refusedCount, beganAtEpochMs, isEnforced, id } = throttle
  const held = isEnforced ? 'held to' : 'learning, would be held to'
  return `${held} ${Math.round(allowedPerS * 10) / 10} a second since ${timeOf(beganAtEpochMs)}, ${refusedCount} refused, id ${id}`
}

function timeOf(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
