// The graph bomb check: hostile GraphQL queries that need no knowledge of the schema, refused in time, with the server alive after each.
import type { CheckDescription, ConnectionPool } from '../kernel/index.ts'
import { ask, isAccepted, isRefusal, isServerError } from './asking.ts'
import type { Answered } from './asking.ts'
import { probeFault } from './errors.ts'
import { graphBombs, ordinaryQueries, PLAIN_QUERY } from './graph-bombs.ts'
import { rounded } from './load.ts'
import type { ProbeCheck, ProbePorts, ProbeQuestion, ProbeRecord } from './model.ts'
import { headersValue, numberValue, TARGET, textValue, urlValue } from './values.ts'

const GRAPH_BOMBS = {
  name: 'probe-graph-bombs',
  outward: 'acts',
  summary:
    'Hostile GraphQL queries: deep, wide, aliased, circular and doubling ones; each has to be refused in time',
  parameters: {
    ...TARGET,
    bomb: {
      type: 'text',
      isRequired: false,
      summary: 'one more query, with lists of the service’s own schema nested in each other',
    },
    valid: {
      type: 'text',
      isRequired: false,
      summary:
        'a query of the service’s own schema that has to be answered with data: without it only `__typename` is asked for, in six spellings',
    },
    deadlineMs: {
      type: 'number',
      isRequired: false,
      summary: 'longest time for an answer, in milliseconds; default 5000, at most 60000',
    },
  },
  fields: {
    caseCount: 'queries that were sent',
    executedCount: 'queries that were answered with data',
    serverErrorCount: 'queries answered with 5xx',
    silentCount: 'queries that had no answer within the deadline',
    refusedCount: 'queries answered with 4xx, or with errors and no data',
    slowestMs: 'longest time to an answer; the deadline where none came',
    isAliveAfterwards:
      'whether an ordinary query had data after each of them, each time in another spelling with names of this moment',
    ordinaryRefusedCount: 'ordinary queries that had no data',
    slowestHarmlessMs: 'longest time of an ordinary query asked right after one of them',
    rows: 'each query: name, status, failure, verdict (refused, executed, serverError or silent), ms',
  },
} satisfies CheckDescription

export const graphBombsCheck: ProbeCheck = { ...GRAPH_BOMBS, collect: collectGraphBombs }

async function collectGraphBombs(
  ports: ProbePorts,
  { values, signal }: ProbeQuestion,
): Promise<ProbeRecord> {
  const deadlineMs = numberValue(values, 'deadlineMs', {
    least: 100,
    most: 60_000,
    fallback: 5_000,
  })
  const pool = ports.wire.openPool(2)
  const target: GraphTarget = {
    pool,
    url: urlValue(values),
    headers: { 'content-type': 'application/json', ...headersValue(values) },
    deadlineMs,
    signal,
  }
  try {
    const plain = { query: PLAIN_QUERY }
    const before = await askGraph(ports, target, plain)
    if (before.verdict !== 'executed')
      throw probeFault(
        'PROBE_TARGET_SILENT',
        `expected data for ${PLAIN_QUERY}, got ${before.status ?? before.failure}`,
      )
    const valid = textValue(values, 'valid')
    const ordinary = [
      ...ordinaryQueries(Math.trunc(ports.clock.nowMs()).toString(36)),
      ...(valid === undefined ? [] : [{ query: valid }]),
    ]
    const own = textValue(values, 'bomb')
    const bombs = [
      ...graphBombs(),
      ...(own === undefined ? [] : [{ name: 'of this schema', body: { query: own } }]),
    ]
    const rows: (GraphAnswer & { readonly name: string })[] = []
    const after: GraphAnswer[] = []
    for (const [index, { name, body }] of bombs.entries()) {
      rows.push({ name, ...(await askGraph(ports, target, body)) })
      // Whoever refuses everything but one query proves nothing.
      after.push(await askGraph(ports, target, ordinary[index % ordinary.length]))
    }
    const count = (verdict: GraphAnswer['verdict']): number =>
      rows.filter((row) => row.verdict === verdict).length
    return {
      caseCount: rows.length,
      executedCount: count('executed'),
      serverErrorCount: count('serverError'),
      silentCount: count('silent'),
      refusedCount: count('refused'),
      slowestMs: Math.max(...rows.map(({ ms }) => ms)),
      ordinaryRefusedCount: after.filter(({ verdict }) => verdict !== 'executed').length,
      isAliveAfterwards: after.every(({ verdict }) => verdict === 'executed'),
      slowestHarmlessMs: Math.max(...after.map(({ ms }) => ms)),
      rows: rows.map((row) => ({ ...row })),
    }
  } finally {
    pool.close()
  }
}

interface GraphTarget {
  readonly pool: ConnectionPool
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly deadlineMs: number
  readonly signal: AbortSignal
}

interface GraphAnswer {
  readonly status: number | null
  readonly failure: string | null
  readonly verdict: 'refused' | 'executed' | 'serverError' | 'silent'
  readonly ms: number
}

async function askGraph(
  { clock }: ProbePorts,
  { pool, url, headers, deadlineMs, signal }: GraphTarget,
  body: unknown,
): Promise<GraphAnswer> {
  const startedMs = clock.monotonicMs()
  const asked = { method: 'POST', url, headers, body: JSON.stringify(body), timeoutMs: deadlineMs }
  const answer = await ask(pool, asked, signal)
  const ms = rounded(clock.monotonicMs() - startedMs)
  const { status, failure } = answer
  return { status, failure, verdict: verdictOf(answer), ms }
}

/** Data means that it ran, whatever errors stand beside it. */
function verdictOf(answer: Answered): GraphAnswer['verdict'] {
  if (answer.status === null) return 'silent'
  if (isServerError(answer)) return 'serverError'
  if (isRefusal(answer)) return 'refused'
  return isAccepted(answer) && !hasData(answer.text) ? 'refused' : 'executed'
}

/** An answer that is cut or no JSON was too much to read, which is what a bomb is after. */
function hasData(text: string): boolean {
  try {
    const parsed: unknown = JSON.parse(text)
    const answers: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed]
    return answers.some(
      (each) =>
        typeof each === 'object' &&
        each !== null &&
        'data' in each &&
        each.data !== null &&
        each.data !== undefined,
    )
  } catch (error) {
    if (error instanceof SyntaxError) return true
    throw error
  }
}
