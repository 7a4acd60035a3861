// Eight processes of sixteen writers on one log, killed at random: no fork, no gap, nothing acknowledged is lost.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { ledgerSlice, makeLedger } from '../../src/ledger/index.ts'
import { hexOf } from '../../src/kernel/index.ts'
import { migrateUp, openPostgres } from '../../src/platform/index.ts'
import { nodeDigest, nodeRandom, nodeVerifier, testSigner } from '../crypto.ts'
import { fakeClock } from '../clock.ts'
import { freshTenant } from '../database.ts'
import { TEST_NOW_MS } from '../ledger.ts'
import { testPayloadKeys } from '../payload-keys.ts'

const SERVER =
  process.env['SEAWORTHY_TEST_PG_URL'] ?? 'postgresql://postgres@127.0.0.1:5432/postgres'
const WRITER = fileURLToPath(new URL('../ledger-writers.ts', import.meta.url))
const PROCESSES = 8
const DURATION_MS = Number(process.env['SEAWORTHY_TEST_KILL_SECONDS'] ?? '60') * 1_000
const KILL_EVERY_MS = 1_500
/** Longer than it takes a process to start, or all would die before they write. */
const YOUNG_MS = 3_000

interface Acknowledged {
  readonly seq: number
  readonly leafHash: string
}

interface Life {
  readonly child: ChildProcess
  readonly bornAt: number
}

/** Nothing that was started survives the test. */
class Crew {
  readonly acknowledged = new Map<string, Acknowledged>()
  readonly lives: Life[] = []
  killedCount = 0
  #count = 0
  readonly #args: readonly string[]

  constructor(args: readonly string[]) {
    this.#args = args
  }

  start(): void {
    const words = [WRITER, ...this.#args, `life${this.#count++}`]
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
    let rest = ''
    child.stdout.on('data', (piece) => {
      const lines = `${rest}${String(piece)}`.split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const [seq = '', leafHash = '', mark = ''] = line.split(' ')
        this.acknowledged.set(mark, { seq: Number(seq), leafHash })
      }
    })
    this.lives.push({ child, bornAt: performance.now() })
  }

  async killOne(): Promise<void> {
    const grown = this.lives.filter(({ bornAt }) => performance.now() - bornAt > YOUNG_MS)
    const life = grown[Math.floor(Math.random() * grown.length)]
    if (life === undefined) return
    this.lives.splice(this.lives.indexOf(life), 1)
    life.child.kill('SIGKILL')
    await once(life.child, 'close')
    this.killedCount++
    this.start()
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const closed = this.lives.map(({ child }) => once(child, 'close'))
    for (const { child } of this.lives) child.kill(signal)
    await Promise.all(closed)
    this.lives.length = 0
  }
}

async function onServer(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: SERVER })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}

test('writers killed at random make no fork and no gap, and lose nothing that was acknowledged', async (t) => {
  const isHidden = process.env['SEAWORTHY_HIDE_SERVICES'] === '1'
  const isThere =
    !isHidden &&
    (await onServer('select 1').then(
      () => true,
      () => false,
    ))
  if (!isThere) return t.skip('no PostgreSQL answers')
  const name = `seaworthy_kills_${process.pid}`
  await onServer(`create database ${name} template template0 encoding 'UTF8' locale 'C.UTF-8'`)
  const url = new URL(SERVER)
  url.pathname = `/${name}`
  const sql = await openPostgres({ url: url.href, poolSize: 2 })
  const crew = new Crew([url.href, await openTenant(sql)])
  t.after(async () => {
    await crew.end('SIGKILL')
    await sql.close()
    await onServer(`drop database ${name} with (force)`)
  })
  for (let started = 0; started < PROCESSES; started++) crew.start()
  const until = performance.now() + DURATION_MS
  while (performance.now() < until) {
    await pause(KILL_EVERY_MS)
    await crew.killOne()
  }
  await crew.end('SIGTERM')
  const size = await judge(sql, crew)
  t.diagnostic(
    `${crew.acknowledged.size} acknowledged of ${size} entries, ${crew.killedCount} processes killed`,
  )
})

let tenant = ''

async function openTenant(sql: Awaited<ReturnType<typeof openPostgres>>): Promise<string> {
  await migrateUp(sql, [{ name: 'ledger', migrations: ledgerSlice.migrations! }])
  tenant = await freshTenant(sql)
  return tenant
}

/** @returns how many entries the log has */
async function judge(
  sql: Awaited<ReturnType<typeof openPostgres>>,
  { acknowledged, killedCount }: Crew,
): Promise<number> {
  const ledger = makeLedger({
    sql,
    clock: fakeClock(TEST_NOW_MS),
    random: nodeRandom,
    digest: nodeDigest,
    verifier: nodeVerifier,
    signer: testSigner('ed25519'),
    payloadKeys: testPayloadKeys(),
    originPrefix: 'faults.example',
    producer: { producer: 'seaworthy-test', version: '0.0.0' },
  })
  const verdict = await ledger.verifyLog(tenant, {})
  assert.ok(verdict.ok, verdict.ok ? '' : verdict.reason)
  assert.equal(verdict.checked.entries, verdict.size)
  const stored = new Map<number, string>()
  for (let fromSeq = 0; fromSeq < verdict.size; fromSeq += 1_000) {
    const { entries } = await ledger.list(tenant, { fromSeq, limit: 1_000 })
    for (const { seq, leafHash } of entries) stored.set(seq, hexOf(leafHash))
  }
  const lost = [...acknowledged].filter(([, { seq, leafHash }]) => stored.get(seq) !== leafHash)
  assert.deepEqual(lost, [])
  const positions = new Set([...acknowledged.values()].map(({ seq }) => seq))
  assert.equal(positions.size, acknowledged.size, 'two facts were told the same place')
  assert.ok(acknowledged.size > 0 && killedCount > 0)
  return verdict.size
}
