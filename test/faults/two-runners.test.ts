// Two processes that want one run or one token through one server: exactly one executes, the other is told who does.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { openWorkplace } from '../e2e/command-line.ts'

interface RunAnswer {
  readonly run: string
  readonly results: readonly { readonly gate: string; readonly status: string }[]
  readonly confirm: { readonly token: string }
}

interface Answer {
  readonly exit: number | null
  readonly envelope: { readonly ok: boolean; readonly error?: { readonly code: string } }
}

const place = openWorkplace()
after(() => place.remove())

const CHECKLIST = `# Ketch 1.0.0

- [ ] **Slow look**
  \`\`\`bash
  sleep 3
  test -d .
  \`\`\`
- [ ] **Change**
  \`\`\`bash
  echo once >> changes.txt
  test -s changes.txt
  \`\`\`
`

const codeOf = ({ exit, envelope }: Answer): string =>
  envelope.ok ? 'done' : `${exit} ${envelope.error?.code ?? ''}`

test('of two processes that start one plan or confirm one token at once exactly one executes it', async () => {
  const file = place.write('ketch/checklist.md', CHECKLIST)
  const server = await place.serve()
  try {
    const run = ['run', file]
    const started = await Promise.all([place.ask<RunAnswer>(run), place.ask<RunAnswer>(run)])
    assert.deepEqual(started.map(codeOf).toSorted(), ['7 GATES_RUN_HELD', 'done'])
    const { data } = started.find(({ envelope }) => envelope.ok) ?? started[0]
    const confirm = ['confirm', data.confirm.token]
    const confirmed = await Promise.all([
      place.ask<RunAnswer>(confirm),
      place.ask<RunAnswer>(confirm),
    ])
    assert.deepEqual(confirmed.map(codeOf).toSorted(), ['7 ACTION_TOKEN_USED', 'done'])
    assert.equal(readFileSync(join(place.folder, 'ketch', 'changes.txt'), 'utf8'), 'once\n')
  } finally {
    await server.stop()
  }
})
