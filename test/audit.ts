// A recorder of requests over the test ledger, with what a slice would write.
import assert from 'node:assert/strict'
import { openTestLedger } from './ledger.ts'
import type { TestLedger } from './ledger.ts'
import { nodeDigest, nodeRandom } from './crypto.ts'
import { openTestSql } from './database.ts'
import { SILENT_LOG } from './jobs.ts'
import { makeJoinableSql } from '../src/platform/index.ts'
import type { Caller, JoinableSql, SqlTx } from '../src/kernel/index.ts'
import { makeLedgerReaders } from '../src/ledger/index.ts'
import type { Ledger } from '../src/ledger/index.ts'
import type { AskedRequest } from '../src/web/index.ts'
import { auditSlice, makeAuditLog, makeLedgerRecorder } from '../src/audit/index.ts'
import type { LedgerRecorder, RefusalKept } from '../src/audit/index.ts'
import type { AuditEntry, AuditFilter } from '../src/audit/model.ts'
import { testPayloadKeys } from './payload-keys.ts'

interface Desk extends TestLedger {
  readonly recorder: LedgerRecorder
  /** As a slice has them. */
  readonly sliceSql: JoinableSql
  readonly sliceLedger: Ledger
  readonly counted: string[]
  entries(filter?: AuditFilter, tenantId?: string): Promise<readonly AuditEntry[]>
  asked(changed?: Partial<AskedRequest>): AskedRequest
}

export async function openDesk(changed: { readonly ledger?: Partial<Ledger> } = {}): Promise<Desk> {
  const { migrations } = auditSlice
  assert.ok(migrations)
  const opened = await openTestLedger()
  await openTestSql([{ name: 'audit', migrations }])
  const { sql, clock, tenantId } = opened
  const ledger: Ledger = Object.assign(Object.create(opened.ledger) as Ledger, {
    append: opened.ledger.append.bind(opened.ledger),
    appendInTx: opened.ledger.appendInTx.bind(opened.ledger),
    ...changed.ledger,
  })
  const counted: string[] = []
  const recorder = makeLedgerRecorder({
    sql,
    ledger,
    clock,
    digest: nodeDigest,
    secret: nodeRandom.bytes(32),
    log: SILENT_LOG,
    operatorTenant: tenantId,
    openOperatorTenant: () => Promise.resolve(),
    countRefusal: (whose: string, kept: RefusalKept) => void counted.push(`${whose} ${kept}`),
  })
  const audit = makeAuditLog({
    sql,
    clock,
    log: SILENT_LOG,
    readers: makeLedgerReaders({ sql, payloadKeys: testPayloadKeys() }),
  })
  return {
    ...opened,
    recorder,
    counted,
    sliceSql: recorder.watchSql(makeJoinableSql(sql)),
    sliceLedger: recorder.watchLedger(opened.ledger),
    entries: (filter = {}, of = tenantId) => audit.page(of, filter, 200),
    asked: (terms = {}) => ({ ...anAsked(tenantId), ...terms }),
  }
}

function anAsked(tenantId: string): AskedRequest {
  const caller: Caller = {
    id: 'key-one',
    tenantId,
    role: 'developer',
    environments: null,
    credential: 'api-key',
  }
  return {
    requestId: 'r-1',
    method: 'POST',
    route: '/v1/things/:runId',
    isKnownRoute: true,
    isVisit: false,
    isConnection: false,
    isWeighty: true,
    caller,
    params: { runId: '019ab0c1-2f00-7000-8000-000000000001' },
    query: {},
    body: { role: 'viewer' },
    url: '/v1/things/019ab0c1-2f00-7000-8000-000000000001',
    bodyBytes: new Uint8Array([1]),
    peer: '127.0.0.1',
  }
}

/** Something that a slice stores. */
export async function store(tx: SqlTx, tenantId: string): Promise<void> {
  await tx.query('insert into audit_entry values ($1, -1, $2, $3, $3, $3, $4, $5)', [
    tenantId,
    '2026-11-21T00:00:00.000Z',
    'stored',
    'done',
    '{}',
  ])
}

export const fact = (subject: string): Parameters<Ledger['append']>[1][number] => ({
  type: 'thing.changed',
  actor: 'key-one',
  subject,
  payload: {},
  refs: [],
})

export const shapeOf = ({ actor, action, result, code }: AuditEntry): string =>
  [actor, action, result, code ?? ''].join(' ').trim()
