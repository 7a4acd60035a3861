// Health: whether the process answers, and whether what it needs does, with reasons.
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Clock, Schema } from '../kernel/index.ts'
import type { MountedRoute } from './mounted-route.ts'

/** Something that has to answer before requests make sense. */
export interface ReadinessCheck {
  readonly name: string
  /** One sentence for whoever watches, without internals; told while `ask` fails or is silent. */
  readonly reason: string
  /** The server does its work without it, only less well: told, but no reason to send requests elsewhere. */
  readonly isOptional?: boolean
  ask(): Promise<void>
}

interface Readiness {
  readonly status: 'ready' | 'not-ready'
  readonly checks: readonly {
    readonly name: string
    readonly ok: boolean
    readonly reason?: string
  }[]
}

const liveSchema = z.strictObject({ status: z.literal('live') })
const readySchema = z.strictObject({
  status: z.enum(['ready', 'not-ready']),
  checks: z.array(
    z.strictObject({ name: z.string(), ok: z.boolean(), reason: z.string().optional() }),
  ),
})

/** A check that says nothing for so long has failed. */
const ANSWER_LIMIT_MS = 2_000
/** An answer holds for so long, so that a flood of questions asks the database once a second. */
const ANSWER_AGE_MS = 1_000

/** `/health/live` and `/health/ready`: open to anybody, and they tell nothing but names and sentences. */
export function mountHealth(
  server: FastifyInstance,
  checks: readonly ReadinessCheck[],
  clock: Clock,
): void {
  const asked = checks.map(askOnce)
  let kept: { readonly atMs: number; readonly readiness: Promise<Readiness> } | undefined
  const readiness = (): Promise<Readiness> => {
    const nowMs = clock.monotonicMs()
    if (kept === undefined || nowMs - kept.atMs >= ANSWER_AGE_MS)
      kept = { atMs: nowMs, readiness: askAll(asked, clock) }
    return kept.readiness
  }
  const live = documentOpen('/health/live', 'Whether the process answers', liveSchema)
  const ready = {
    ...documentOpen('/health/ready', 'Whether what the server needs answers', readySchema),
    answer: { statuses: [200, 503], data: readySchema },
  }
  server.get('/health/live', { config: { record: live } }, (_request, reply) => {
    void reply.type('application/json').send(JSON.stringify({ data: { status: 'live' } }))
  })
  server.get('/health/ready', { config: { record: ready } }, async (_request, reply) => {
    const data = await readiness()
    void reply.code(data.status === 'ready' ? 200 : 503)
    return reply.type('application/json').send(JSON.stringify({ data }))
  })
}

/** What is still silent is not asked a second time: questions must not pile up before a hanging database. */
function askOnce(check: ReadinessCheck): ReadinessCheck {
  let pending: Promise<void> | undefined
  return {
    ...check,
    ask: () => (pending ??= check.ask().finally(() => (pending = undefined))),
  }
}

async function askAll(checks: readonly ReadinessCheck[], clock: Clock): Promise<Readiness> {
  const answers = await Promise.all(
    checks.map(async ({ name, reason, isOptional, ask }) => {
      const answered = new AbortController()
      const silence = clock.sleep(ANSWER_LIMIT_MS, answered.signal).then(
        () => false,
        () => false,
      )
      const answer = ask().then(
        () => true,
        () => false,
      )
      const ok = await Promise.race([answer, silence])
      answered.abort()
      return {
        answer: ok ? { name, ok } : { name, ok, reason },
        isMissed: !ok && isOptional !== true,
      }
    }),
  )
  return {
    status: answers.some(({ isMissed }) => isMissed) ? 'not-ready' : 'ready',
    checks: answers.map(({ answer }) => answer),
  }
}

function documentOpen(path: string, summary: string, data: Schema): MountedRoute {
  return { method: 'GET', path, summary, access: 'open', answer: { data } }
}
