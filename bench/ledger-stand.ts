// What the measurements of the ledger share: databases of their own, medians, times.
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { ledgerSlice, makeErasures, makeLedger, openJournalledSql } from '../src/ledger/index.ts'
import type { Erasures, Ledger } from '../src/ledger/index.ts'
import {
  migrateUp,
  openPglite,
  openPostgres,
  openRecordJournal,
  systemClock,
  systemDigest,
  systemRandom,
  systemVerifier,
} from '../src/platform/index.ts'
import type { OpenSql } from '../src/platform/index.ts'
import { testSigner } from '../test/crypto.ts'
import { memoryRegister } from '../test/ledger.ts'
import { testPayloadKeys } from '../test/payload-keys.ts'

export interface Stand {
  readonly name: string
  readonly sql: OpenSql
  readonly makeLedger: () => Promise<Ledger>
  readonly folder?: string
  close(): Promise<void>
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}

export function percentile95(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.95)]!
}

export async function timeMs(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

/** Microseconds of this process' processors for each of `count`, which a busy machine changes less than the time. */
export async function processorUs(count: number, work: () => Promise<unknown>): Promise<string> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return `${((user + system) / count).toFixed(1)} µs`
}

const common = {
  clock: systemClock,
  random: systemRandom,
  digest: systemDigest,
  verifier: systemVerifier,
  signer: testSigner('ed25519'),
  payloadKeys: testPayloadKeys({ 'note.*': 'subject' }),
  originPrefix: 'bench.example',
  producer: { producer: 'seaworthy-bench', version: '0' },
}

/** What erases somebody of the stand's ledger. */
export function openErasures(sql: OpenSql, ledger: Ledger): Erasures {
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const own = { sql, ledger, log: silent, register: memoryRegister(), derived: [] }
  return makeErasures({ ...common, ...own })
}

async function prepare(sql: OpenSql): Promise<void> {
  await migrateUp(sql, [{ name: 'ledger', migrations: ledgerSlice.migrations! }])
}

/** A new database with the tables of the ledger. @param serverUrl where databases may be made */
export async function openStand(engine: 'pglite' | 'postgres', serverUrl: string): Promise<Stand> {
  if (engine === 'pglite') {
    const folder = mkdtempSync(join(tmpdir(), 'seaworthy-bench-'))
    const sql = await openPglite({ folder: join(folder, 'db'), clock: systemClock })
    const records = await openRecordJournal(join(folder, 'journal'))
    return {
      name: 'PGlite with journal',
      sql,
      makeLedger: async () => {
        await prepare(sql)
        const { payloadKeys } = common
        const ports = { sql, digest: systemDigest, random: systemRandom, payloadKeys }
        const journal = await openJournalledSql({ ...ports, journal: records })
        return makeLedger({ ...common, sql: journal, journal })
      },
      close: async () => {
        await sql.close()
        await records.close()
        rmSync(folder, { recursive: true, force: true })
      },
    }
  }
  const name = `seaworthy_bench_${process.pid}_${randomUUID().slice(0, 8)}`
  await onServer(
    serverUrl,
    `create database ${name} template template0 encoding 'UTF8' locale 'C.UTF-8'`,
  )
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  const sql = await openPostgres({ url: url.href, poolSize: 4 })
  return {
    name: 'PostgreSQL',
    sql,
    makeLedger: async () => {
      await prepare(sql)
      return makeLedger({ ...common, sql })
    },
    close: async () => {
      await sql.close()
      await onServer(serverUrl, `drop database ${name} with (force)`)
    },
  }
}

async function onServer(serverUrl: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  await client.query(text)
  await client.end()
}
