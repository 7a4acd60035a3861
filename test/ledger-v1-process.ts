// A migration that dies at the statement it was told: what is left then is for the test to look at.
import { openPglite, openPostgres, systemClock } from '../src/platform/index.ts'
import type { Sql, SqlTx } from '../src/kernel/index.ts'
import { makeLedger, parseV1Description } from '../src/ledger/index.ts'
import { nodeDigest, nodeRandom, nodeVerifier, testSigner } from './crypto.ts'
import { memoryGuard } from './ledger.ts'
import { openMigration, plainFile } from './ledger-v1.ts'
import { testPayloadKeys } from './payload-keys.ts'

const [direction, url, table, exportPath, dieAt = '0'] = process.argv.slice(2)
if (url === undefined || table === undefined || exportPath === undefined)
  throw new Error('expected a direction, a database, a table and a file')

/** Counted over the process, the beginning and the end of each transaction included. */
let statements = 0

function step(): void {
  statements++
  if (statements === Number(dieAt)) process.kill(process.pid, 'SIGKILL')
}

const opened = url.startsWith('postgres')
  ? await openPostgres({ url, poolSize: 2 })
  : await openPglite({ folder: url, clock: systemClock })
const sql: Sql = {
  engine: opened.engine,
  async transaction(scope, work) {
    step()
    const done = await opened.transaction(scope, async (tx) => {
      const counted: SqlTx = {
        query: async (text, values) => {
          step()
          return tx.query(text, values)
        },
      }
      const result = await work(counted)
      step()
      return result
    })
    step()
    return done
  },
}
const ports = {
  sql,
  clock: systemClock,
  random: nodeRandom,
  digest: nodeDigest,
  verifier: nodeVerifier,
  signer: testSigner('ed25519'),
  guard: memoryGuard(),
  payloadKeys: testPayloadKeys(),
  originPrefix: 'ships.example',
  producer: { producer: 'seaworthy-test', version: '0.0.0' },
}
const ledger = makeLedger(ports)
const migration = openMigration({ sql, ledger, guard: ports.guard, ports })
const description = parseV1Description(JSON.stringify({ table }))
const terms = { description, tenantId: 'local', actor: 'operator', waitMs: 30_000 }
if (direction === 'up') await migration.up({ ...terms, acceptsBroken: false })
else await migration.down({ ...terms, file: plainFile(exportPath) })
await opened.close()
process.stdout.write(`${statements}\n`)
