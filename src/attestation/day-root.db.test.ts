// Roots of sealed days in the system log: proven from a file alone, and only what was sealed is there.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import test from 'node:test'
import type { Principal } from '../kernel/index.ts'
import { utf8Bytes } from '../kernel/index.ts'
import { makeLedger } from '../ledger/index.ts'
import { parseLogTrustText, verifyEntryProof } from '../verify/index.ts'
import { nodeDigest, nodeVerifier, testSystemLogSigners } from '../../test/crypto.ts'
import { openTestSql } from '../../test/database.ts'
import { factsOf, memoryGuard, openTestLedger } from '../../test/ledger.ts'
import type { TestLedger } from '../../test/ledger.ts'
import { callRoute } from '../../test/routes.ts'
import { attestationSlice, makeAttestationRoutes, makeSystemLog } from './index.ts'
import type { SystemLog } from './index.ts'

const DAY = '2026-11-21'
const DAY_MS = 86_400_000

interface Sealing extends TestLedger {
  readonly log: SystemLog
}

/** A ledger whose days enter the system log once they are sealed. */
async function openSealing(): Promise<Sealing> {
  const opened = await openTestLedger()
  await openTestSql([{ name: 'attestation', migrations: attestationSlice.migrations! }])
  const log = makeSystemLog({
    ...opened.ports,
    guard: memoryGuard(),
    origin: `ships.example/${randomUUID()}`,
    openSigners: testSystemLogSigners(),
  })
  const ledger = makeLedger({ ...opened.ports, onSealedDay: (sealed) => log.recordRoot(sealed) })
  return { ...opened, ledger, log }
}

async function verdictOf(tlogProof: string, noteKey: string): Promise<string> {
  const policy = parseLogTrustText(nodeDigest, utf8Bytes(noteKey))
  assert.ok(policy.ok)
  const ports = { digest: nodeDigest, verifier: nodeVerifier }
  return (await verifyEntryProof(utf8Bytes(tlogProof), { ports, policy: policy.value })).verdict
}

test('the root of a sealed day is proven from a file by the verifier of entries, once for each seal', async () => {
  const { ledger, clock, tenantId, log } = await openSealing()
  await ledger.append(tenantId, factsOf(3))
  clock.advance(DAY_MS)
  const sealed = await ledger.sealDay(tenantId, DAY)
  await ledger.append(tenantId, factsOf(2))
  clock.advance(DAY_MS)
  await ledger.sealDay(tenantId, '2026-11-22')
  await ledger.sealDay(tenantId, DAY)
  const proven = await log.proveRoot(sealed)
  assert.ok(proven !== undefined)
  assert.match(proven.tlogProof, /\nindex 0\n[^]*\n2\n/)
  assert.equal(await verdictOf(proven.tlogProof, proven.noteKey), 'INTACT')
  const [, extra = ''] = /^extra (\S+)$/m.exec(proven.tlogProof) ?? []
  const { origin, size, root } = sealed
  assert.deepEqual(JSON.parse(Buffer.from(extra, 'base64').toString('utf8')), {
    kind: 'seaworthy.tenantRoot/1',
    origin,
    size,
    root,
    day: DAY,
  })
  const other = Buffer.from(JSON.stringify({ root: 'another' })).toString('base64')
  assert.equal(await verdictOf(proven.tlogProof.replace(extra, other), proven.noteKey), 'INVALID')
  assert.equal(await log.proveRoot({ ...sealed, size: size + 1 }), undefined)
})

test('the route proves a day of the caller’s own ledger, and refuses one that is not sealed', async () => {
  const { ledger, clock, tenantId, log } = await openSealing()
  await ledger.append(tenantId, factsOf(1))
  clock.advance(DAY_MS)
  await ledger.sealDay(tenantId, DAY)
  const routes = makeAttestationRoutes(log, (tenant, day) => ledger.sealedDay(tenant, day))
  const route = routes.find(({ path }) => path === '/v1/system-log/days/:day')
  assert.ok(route !== undefined)
  const principal: Principal = { id: 'operator', tenantId }
  const answer = await callRoute(route, principal, { params: { day: DAY } })
  assert.ok('data' in answer)
  const { tlogProof, noteKey } = answer.data as { tlogProof: string; noteKey: string }
  assert.equal(await verdictOf(tlogProof, noteKey), 'INTACT')
  const refused = { code: 'ATTESTATION_DAY_UNSEALED' }
  await assert.rejects(callRoute(route, principal, { params: { day: '2026-11-20' } }), refused)
  const stranger = { ...principal, tenantId: (await openSealing()).tenantId }
  await assert.rejects(callRoute(route, stranger, { params: { day: DAY } }), refused)
})
