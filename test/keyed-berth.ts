// A web server with routes that moor ships in a table of their own: what idempotency keys are tried on.
import { z } from 'zod'
import { defineErrors, defineRoute, faultsOf } from '../src/kernel/index.ts'
import type { JoinableSql, Log, Route, Sql } from '../src/kernel/index.ts'
import { makeJoinableSql } from '../src/platform/index.ts'
import { KeyedAnswers, makeWebServer, webSlice } from '../src/web/index.ts'
import { fakeClock } from './clock.ts'
import type { FakeClock } from './clock.ts'
import { nodeDigest, nodeRandom } from './crypto.ts'
import { freshTenant, openTestSql } from './database.ts'

const ignore = (): undefined => undefined
const SILENT: Log = { info: ignore, warn: ignore, error: ignore }

const row = { exit: 1, title: 'A fault of a test', hint: 'None.' } as const
const berthFault = faultsOf(
  defineErrors({
    BERTH_BROKEN: { ...row, status: 500 },
    BERTH_TAKEN: { ...row, status: 409 },
  }),
)

export interface Asking {
  readonly path?: string
  readonly key?: string
  readonly ship?: string
  readonly payload?: string
  readonly principal?: string
}

export interface Told {
  readonly status: number
  /** Of a problem. */
  readonly code: string | undefined
  readonly body: { readonly data?: unknown; readonly details?: Readonly<Record<string, unknown>> }
  readonly isReplayed: boolean
  readonly retryAfter: unknown
}

export interface Berth {
  readonly tenantId: string
  readonly clock: FakeClock
  readonly sql: JoinableSql
  ask(asking: Asking): Promise<Told>
  /** Ships that lie in the table. */
  countShips(): Promise<number>
  countKept(): Promise<number>
  /** What the handler does after its last part, before it answers; may wait or throw. */
  afterEffect: () => Promise<void>
}

export { berthFault }

/** @param tenantId of another berth, for a second server on the same database */
export async function openBerth(beside?: Berth): Promise<Berth> {
  const { migrations } = webSlice
  if (migrations === undefined) throw new Error('expected the edge to have migrations')
  const plain = await openTestSql([{ name: 'web', migrations }])
  await plain.transaction('system', async (tx) => {
    await tx.query('select pg_advisory_xact_lock(7711)')
    await tx.query(
      'create table if not exists test_ship (tenant_id text not null, name text not null); grant select, insert on test_ship to seaworthy_app',
    )
  })
  const sql = makeJoinableSql(plain)
  const clock = beside?.clock ?? fakeClock(Date.parse('2026-11-26T10:00:00.000Z'))
  const tenantId = beside?.tenantId ?? (await freshTenant(plain))
  const count = (table: string): Promise<number> =>
    plain.transaction('system', async (tx) => {
      const [found] = await tx.query<{ count: number }>(
        `select count(*)::int as count from ${table} where tenant_id = $1`,
        [tenantId],
      )
      return found?.count ?? 0
    })
  const berth: Berth = {
    tenantId,
    clock,
    sql,
    afterEffect: () => Promise.resolve(),
    countShips: () => count('test_ship'),
    countKept: () => count('web_kept_answer'),
    ask: (asking) => askWeb(web, tenantId, asking),
  }
  const web = makeWebServer({
    routes: makeRoutes(sql, tenantId, () => berth.afterEffect()),
    log: SILENT,
    clock,
    readiness: [],
    newRequestId: () => 'made',
    keyed: new KeyedAnswers({
      sql,
      clock,
      random: nodeRandom,
      digest: nodeDigest,
      secret: new Uint8Array(32),
    }),
    authenticate: ({ authorization }) =>
      Promise.resolve({
        id: authorization ?? 'somebody',
        tenantId,
        role: 'admin',
        environments: null,
        credential: 'api-key',
      }),
  })
  return berth
}

async function askWeb(
  web: ReturnType<typeof makeWebServer>,
  tenantId: string,
  { path = '/v1/ships', key, ship = 'Ada', payload, principal }: Asking,
): Promise<Told> {
  const answer = await web.inject({
    method: 'POST',
    url: path,
    headers: {
      host: 'localhost',
      'x-seaworthy-tenant': tenantId,
      ...(key === undefined ? {} : { 'idempotency-key': key }),
      ...(principal === undefined ? {} : { authorization: principal }),
    },
    payload: payload ?? JSON.stringify({ ship }),
  })
  const body = answer.json<Told['body'] & { readonly code?: string }>()
  return {
    status: answer.statusCode,
    code: body.code,
    body,
    isReplayed: answer.headers['idempotency-replayed'] === 'true',
    retryAfter: answer.headers['retry-after'],
  }
}

function makeRoutes(
  sql: Sql,
  tenantId: string,
  afterEffect: () => Promise<void>,
): readonly Route[] {
  const insert = 'insert into test_ship (tenant_id, name) values ($1, $2)'
  const moor = (ship: string): Promise<unknown> =>
    sql.transaction({ tenantId }, (tx) => tx.query(insert, [tenantId, ship]))
  const common = {
    method: 'POST',
    summary: 'Moor a ship',
    access: 'write',
    body: z.strictObject({ ship: z.string(), tons: z.number().optional() }),
  } as const
  const data = z.looseObject({})
  return [
    defineRoute({
      ...common,
      path: '/v1/ships',
      answer: { statuses: [201], data },
      async handle({ body }) {
        await moor(body.ship)
        await afterEffect()
        return { status: 201, data: { ship: body.ship, berth: nodeRandom.bytes(4).join('.') } }
      },
    }),
    defineRoute({
      ...common,
      path: '/v1/papers',
      answer: {
        statuses: [201],
        data,
        secrets: { members: ['seal'], recovery: 'Ask for new papers.' },
      },
      async handle({ body }) {
        await moor(body.ship)
        return { status: 201, data: { ship: body.ship, seal: 'obviously-fake-seal' } }
      },
    }),
    defineRoute({
      ...common,
      path: '/v1/convoys',
      repetition: 'own',
      answer: { statuses: [201], data },
      async handle({ body, keep }) {
        const answer = { status: 201, data: { ship: body.ship, berth: 'convoy' } }
        await sql.transaction({ tenantId }, async (tx) => {
          await tx.query(insert, [tenantId, body.ship])
          await afterEffect()
          await keep?.(tx, answer)
        })
        return answer
      },
    }),
  ]
}
