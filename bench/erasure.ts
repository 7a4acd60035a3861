// Times the erasure of somebody with more payloads than one entry attests, and the verification behind it; prints markdown lines.
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { freshTenant } from '../test/database.ts'
import { aFact } from '../test/ledger.ts'
import { openErasures, openStand, timeMs } from './ledger-stand.ts'

const BATCH = 256
const SUBJECT = 'customer-7'

const { values: flags } = parseArgs({
  options: {
    payloads: { type: 'string', default: '25000' },
    postgres: { type: 'string', default: 'postgresql://postgres@127.0.0.1:5432/postgres' },
  },
})
const payloadCount = Number(flags.payloads)
if (!Number.isSafeInteger(payloadCount) || payloadCount < 1)
  throw new RangeError(`expected --payloads from 1, got ${flags.payloads}`)

const stand = await openStand('postgres', flags.postgres)
try {
  const { sql } = stand
  const ledger = await stand.makeLedger()
  const tenantId = await freshTenant(sql)
  const about = Array.from({ length: BATCH }, () => aFact({ subject: SUBJECT }))
  for (let done = 0; done < payloadCount; done += BATCH)
    await ledger.append(tenantId, about.slice(0, payloadCount - done))
  const [action] = openErasures(sql, ledger).actions
  const operator = { id: 'operator', tenantId }
  const wish = await action!.open(operator, { subject: SUBJECT, reason: 'asked' })
  let done: unknown
  const eraseMs = await timeMs(async () => {
    done = await sql.transaction({ tenantId }, (tx) => wish.carryOut(tx, { previewedBy: 'p-1' }))
  })
  const { count, attestedBy } = done as { readonly count: number; readonly attestedBy: number[] }
  let erased = 0
  const verifyMs = await timeMs(async () => {
    const verdict = await ledger.verifyLog(tenantId, {})
    if (!verdict.ok) throw new Error(`expected an intact log, got ${verdict.reason}`)
    erased = verdict.checked.erased
  })
  if (count !== payloadCount || erased !== payloadCount)
    throw new Error(`expected ${payloadCount} erased, got ${count} and ${erased} attested`)
  const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`
  process.stdout.write(
    [
      `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}: node bench/erasure.ts --payloads ${payloadCount}`,
      '| erasure, PostgreSQL | |',
      '| --- | --- |',
      `| ${count} payloads in one transaction, ${attestedBy.length} entries attest it | ${seconds(eraseMs)} |`,
      `| full verification behind it | ${seconds(verifyMs)} |`,
      '',
    ].join('\n'),
  )
} finally {
  await stand.close()
}
