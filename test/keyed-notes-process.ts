// A server of one ledger in a process of its own, which kills itself at a chosen moment of the first request that has a key.
import { join } from 'node:path'
import type { JoinableSql, Log, Sql } from '../src/kernel/index.ts'
import {
  ledgerSlice,
  makeLedger,
  makeLedgerRoutes,
  openJournalledSql,
} from '../src/ledger/index.ts'
import {
  ensureTenant,
  makeJoinableSql,
  migrateUp,
  openKeyFile,
  openPglite,
  openPostgres,
  openRecordJournal,
  platformSlice,
  systemClock,
  systemDigest,
  systemRandom,
  systemVerifier,
} from '../src/platform/index.ts'
import { KeyedAnswers, makeWebServer, webSlice } from '../src/web/index.ts'

import { emptyTemplate } from './database.ts'
import { testPayloadKeys } from './payload-keys.ts'

/** `committed`: the database has it, the journal not yet. `answering`: all is written, the answer is not. */
export type Moment = 'never' | 'before-commit' | 'committed' | 'answering'

const ignore = (): undefined => undefined
const SILENT: Log = { info: ignore, warn: ignore, error: ignore }
const [folder = '', moment = 'never', url] = process.argv.slice(2)
const TENANT = 'local'
let isArmed = false

function dieAt(now: Moment): void {
  if (isArmed && moment === now) process.kill(process.pid, 'SIGKILL')
}

const opened =
  url === undefined
    ? await openPglite({
        folder: join(folder, 'db'),
        clock: systemClock,
        template: await emptyTemplate(),
      })
    : await openPostgres({ url, poolSize: 4 })
const slices = [platformSlice, ledgerSlice, webSlice]
await migrateUp(
  opened,
  slices.flatMap(({ name, migrations }) => (migrations ? [{ name, migrations }] : [])),
)
await ensureTenant(opened, TENANT, new Date(systemClock.nowMs()).toISOString())

/** The database, which is left alone once a commit was acknowledged. */
const mortal: Sql = {
  engine: opened.engine,
  async transaction(scope, work) {
    const result = await opened.transaction(scope, async (tx) => {
      const worked = await work(tx)
      dieAt('before-commit')
      return worked
    })
    dieAt('committed')
    return result
  },
}
const ports = {
  clock: systemClock,
  digest: systemDigest,
  random: systemRandom,
  payloadKeys: testPayloadKeys(),
}
const journal =
  url === undefined
    ? await openJournalledSql({
        ...ports,
        sql: mortal,
        journal: await openRecordJournal(join(folder, 'journal')),
      })
    : undefined
const whole = makeJoinableSql(journal ?? mortal, journal)
const sql: JoinableSql = {
  engine: whole.engine,
  isJoined: () => whole.isJoined(),
  transaction: (scope, work) => whole.transaction(scope, work),
  async join(work) {
    isArmed = true
    const result = await whole.join(work)
    dieAt('answering')
    return result
  },
}
const ledger = makeLedger({
  ...ports,
  sql,
  verifier: systemVerifier,
  signer: await openKeyFile(join(folder, 'ledger.pem'), 'ed25519'),
  originPrefix: 'ships.example',
  producer: { producer: 'seaworthy-test', version: '0.0.0' },
  isJoined: () => sql.isJoined(),
  ...(journal === undefined ? {} : { journal }),
})
const web = makeWebServer({
  routes: makeLedgerRoutes(ledger),
  log: SILENT,
  clock: systemClock,
  readiness: [],
  newRequestId: () => 'made',
  keyed: new KeyedAnswers({ ...ports, sql, secret: new Uint8Array(32) }),
  authenticate: () =>
    Promise.resolve({
      id: 'somebody',
      tenantId: TENANT,
      role: 'admin',
      environments: null,
      credential: 'api-key',
    }),
})
const address = await web.listen({ port: 0, host: '127.0.0.1' })
process.stdout.write(
  `${JSON.stringify({ address, contradictions: journal?.report.contradictions.size ?? 0 })}\n`,
)
