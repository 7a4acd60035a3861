// A process to be killed: sixteen writers append to one tenant's log and print every entry that was acknowledged.
import { makeLedger } from '../src/ledger/index.ts'
import {
  openPostgres,
  systemClock,
  systemDigest,
  systemRandom,
  systemVerifier,
} from '../src/platform/index.ts'
import { hexOf } from '../src/kernel/index.ts'
import { testSigner } from './crypto.ts'
import { aFact } from './ledger.ts'
import { testPayloadKeys } from './payload-keys.ts'

const WRITERS = 16

const [, , url = '', tenantId = '', life = ''] = process.argv
const sql = await openPostgres({ url, poolSize: 2 })
const ledger = makeLedger({
  sql,
  clock: systemClock,
  random: systemRandom,
  digest: systemDigest,
  verifier: systemVerifier,
  signer: testSigner('ed25519'),
  payloadKeys: testPayloadKeys(),
  originPrefix: 'faults.example',
  producer: { producer: 'seaworthy-test', version: '0.0.0' },
})

const end = new AbortController()
process.once('SIGTERM', () => end.abort())

async function write(writer: number): Promise<void> {
  for (let n = 0; !end.signal.aborted; n++) {
    const mark = `${life}-${writer}-${n}`
    const [entry] = await ledger.append(tenantId, [aFact({ payload: { mark } })])
    process.stdout.write(`${entry!.seq} ${hexOf(entry!.leafHash)} ${mark}\n`)
  }
}

await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)))
await sql.close()
