// Parts of a plan and dry runs through the real command line: they add to one run, and nothing runs twice unless asked.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test, { after } from 'node:test'
import { assertNoStack, openWorkplace } from './command-line.ts'

const place = openWorkplace()
after(() => place.remove())

const PARTS = `---
service: barge
version: 1.0.0
---
# Barge 1.0.0

## Hull

- [ ] **Planks are there**
  \`\`\`bash
  test -d .
  \`\`\`
- [ ] **Bilge is dry**
  \`\`\`bash
  test ! -e water
  \`\`\`

## Papers

- [ ] **Log is written**
  \`\`\`bash
  printf x >> log.txt
  test -s log.txt
  \`\`\`
`

interface DryAnswer {
  readonly run: string | null
  readonly atOnce: readonly (readonly string[])[]
  readonly afterWord: readonly (readonly string[])[]
  readonly gates: readonly { readonly gate: string; readonly prospect: string }[]
}

interface PartAnswer {
  readonly run: string
  readonly results: readonly { readonly status: string }[]
  readonly confirm: { readonly token: string }
  readonly isOpen: boolean
  readonly isResumed: boolean
  readonly only?: readonly string[]
}

test('parts of a plan add to one run, are never a whole one, and run nothing twice unless asked', async () => {
  const file = place.write('barge/checklist.md', PARTS)
  const own = ['--tenant', 'barge']
  const statuses = ({ data }: { data: PartAnswer }): readonly string[] =>
    data.results.map(({ status }) => status)
  const missed = await place.refusal(['run', file, '--only', 'hull/bilge-is-try', ...own])
  assert.deepEqual([missed.exit, missed.code], [6, 'RUNNER_GATE_UNKNOWN'])
  const nothing = await place.refusal(['run', file, '--resume', ...own])
  assert.deepEqual([nothing.exit, nothing.code], [6, 'GATES_RUN_NOT_RESUMABLE'])

  const part = await place.ask<PartAnswer>(['run', file, '--only', 'hull/planks*', ...own])
  assert.deepEqual([part.exit, part.data.isOpen], [20, true])
  assert.deepEqual(part.data.only, ['hull/planks-are-there'])
  assert.deepEqual(statuses(part), ['PASS', 'PENDING', 'BLOCKED'])
  const decided = await place.ask<{ verdict: { value: string } }>(['decide', ...own])
  assert.notEqual(decided.data.verdict.value, 'GO')

  const dry = await place.ask<DryAnswer>(['run', file, '--resume', '--dry-run', ...own])
  assert.deepEqual([dry.exit, dry.data.run], [0, part.data.run])
  assert.deepEqual(
    dry.data.gates.map(({ prospect }) => prospect),
    ['kept', 'runs', 'asks'],
  )
  assert.deepEqual(dry.data.atOnce, [['hull/bilge-is-dry']])

  const second = await place.ask<PartAnswer>(['run', file, '--from', 'hull/bilge-is-dry', ...own])
  assert.deepEqual([second.data.run, second.data.isResumed], [part.data.run, true])
  assert.deepEqual(statuses(second), ['PASS', 'PASS', 'BLOCKED'])
  const whole = await place.ask<PartAnswer>(['confirm', second.data.confirm.token, ...own])
  assert.deepEqual([whole.exit, whole.data.run], [0, part.data.run])
  assert.equal(readFileSync(`${place.folder}/barge/log.txt`, 'utf8'), 'x')
  const again = ['run', file, '--only', 'papers/log-is-written', ...own]
  assert.equal((await place.ask<PartAnswer>(again)).exit, 0)
  assert.equal(readFileSync(`${place.folder}/barge/log.txt`, 'utf8'), 'x', 'it has a result')
  assert.equal((await place.ask<PartAnswer>([...again, '--repeat'])).exit, 0)
  assert.equal(readFileSync(`${place.folder}/barge/log.txt`, 'utf8'), 'xx', 'a person asked for it')
})

test('a dry run stores nothing and runs nothing', async () => {
  const file = place.write('wherry/checklist.md', PARTS.replaceAll('barge', 'wherry'))
  const dry = await place.shell(['run', file, '--dry-run', '--tenant', 'wherry'])
  assert.equal(dry.exit, 0)
  assert.match(dry.stdout, /Runs at once, at most 4 together:\n {4}1\. hull\/planks-are-there/)
  assert.match(dry.stdout, /Asks first.*\n {2}papers\/log-is-written \(write-prod\): printf x/)
  const listed = await place.refusal(['ledger', 'verify', '--tenant', 'wherry'])
  assert.equal(listed.exit, 6, 'there is not even a log')
  assertNoStack(dry.stdout + dry.stderr)
})
