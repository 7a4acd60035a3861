// A release whose run is far down the list: commands find it behind more runs of others than a page holds.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { readConfig } from '../../src/app/config.ts'
import { openDatabase } from '../../src/app/open-database.ts'
import { slices } from '../../src/app/rooms.ts'
import { openWorkplace } from './command-line.ts'

const OTHER_RUN_COUNT = 450

const place = openWorkplace()
after(() => place.remove())

const CHECKLIST = `---
service: lantern
version: 2.1.0
---
# Lantern 2.1.0

## Checks

- [ ] **Load holds**
  \`\`\`bash
  true
  \`\`\`
  - **Result:** there ✅❌
- [ ] **Crew is told**
`

/** About the newest release, whichever that is. */
const REPORT = '# Beacon 2.1.0\n\n- [x] **Load holds**: done and verified ✅\n'

interface Review {
  readonly release: string
  readonly runId: string
  readonly results: readonly { readonly gate: string; readonly status: string }[]
}

/** Copies of the only run under another service, all of them newer. */
async function addOtherRuns(): Promise<void> {
  const config = await readConfig({ data: place.dataFolder })
  const ignore = (): void => undefined
  const log = { info: ignore, warn: ignore, error: ignore }
  const database = await openDatabase(config, slices, log)
  try {
    await database.sql.transaction('system', (tx) =>
      tx.query(
        `insert into gates_run (tenant_id, run_id, plan_hash, service, version, terms, subject, started_at, finished_at)
         select tenant_id, 'ffffffff-ffff-7fff-8fff-' || lpad(n::text, 12, '0'), plan_hash, 'beacon', version, terms, subject,
           started_at, started_at
         from gates_run, generate_series(1, $1::int) as n`,
        [OTHER_RUN_COUNT],
      ),
    )
  } finally {
    await database.close()
  }
}

test('a risk pins its closure test by the run of its release, behind pages of runs of others', async () => {
  const planFile = join(place.folder, 'lantern.plan.yaml')
  const held = async (...words: string[]): Promise<string> => {
    const { exit, stdout } = await place.shell(words)
    assert.equal(exit, 0, `${words.join(' ')}\n${stdout}`)
    return stdout
  }
  await held('key', 'create', 'ann')
  await held('plan', place.write('lantern.md', CHECKLIST), '--out', planFile)
  await place.shell(['run', planFile])
  await addOtherRuns()
  const terms = '--service lantern --level P1 --owner ann --as ann --closure-test'.split(' ')
  const pinned = await held('risk', 'add', 'load unknown', ...terms, 'checks/load-holds')
  assert.doesNotMatch(pinned, /could not be pinned/)
  const unknown = await held('risk', 'add', 'night unknown', ...terms, 'checks/no-such-gate')
  assert.match(unknown, /No run has a gate checks\/no-such-gate yet/)
  // Who names no release means the newest run, of however many pages.
  const newest = `ffffffff-ffff-7fff-8fff-${String(OTHER_RUN_COUNT).padStart(12, '0')}`
  await held('answer', 'checks/crew-is-told', '--as', 'ann', '--yes')
  const review = await place.ask<Review>(['status'])
  assert.deepEqual([review.data.release, review.data.runId], ['beacon@2.1.0', newest])
  const told = review.data.results.find(({ gate }) => gate === 'checks/crew-is-told')
  assert.equal(told?.status, 'PASS')
  const report = place.write('report.md', REPORT)
  const audit = await place.ask(['claims', report, '--ledger'])
  assert.match(audit.stdout, /beacon@2\.1\.0/)
})
