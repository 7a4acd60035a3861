// Built-in checks and a soak from the command line to a bundle that verifies offline.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test, { after } from 'node:test'
import { parse, stringify } from 'yaml'
import { openWorkplace } from './command-line.ts'

interface Answered {
  readonly results: readonly {
    readonly gate: string
    readonly status: string
    readonly reason: string
  }[]
}

const CHECKLIST = [
  '# Release v1.2.0',
  '',
  '- [ ] It holds',
  '',
  '  ```bash',
  '  echo ready',
  '  ```',
  '',
].join('\n')

const place = openWorkplace()
after(() => place.remove())

test('built-in checks and a soak are recorded, judged, and judged again offline', async () => {
  const file = place.write('RELEASE.md', CHECKLIST)
  const planFile = `${place.folder}/release.plan.yaml`
  await place.ask(['plan', file, '--out', planFile])
  const plan = parse(readFileSync(planFile, 'utf8')) as { gates: Record<string, unknown>[] }
  const [first] = plan.gates
  assert.ok(first !== undefined)
  const builtin = (id: string, name: string): object => ({
    ...first,
    id,
    check: { type: 'builtin', name },
    assertions: [{ read: { from: 'json', path: '$.ok' }, op: 'eq', value: true }],
  })
  const soak = { forMs: 600, everyMs: 200, maxGapMs: 20_000 }
  const gates = [
    {
      ...first,
      id: 'soak',
      soak,
      assertions: [{ read: { from: 'stdout' }, op: 'eq', value: 'ready' }],
    },
    builtin('chain', 'ledger-chain-verifies'),
    builtin('typo', 'ledger-chain-verifis'),
  ]
  const written = place.write('checked.plan.yaml', stringify({ ...plan, gates }))
  const { data } = await place.ask<Answered>(['run', written])
  assert.deepEqual(
    Object.fromEntries(data.results.map((each) => [each.gate, each.status])),
    { soak: 'PASS', chain: 'PASS', typo: 'BLOCKED' },
    JSON.stringify(data.results),
  )
  assert.match(data.results[2]?.reason ?? '', /did you mean ledger-chain-verifies\?/)
  const listed = await place.ask<{ readonly checks: readonly { readonly name: string }[] }>([
    'checks',
  ])
  assert.ok(listed.data.checks.some(({ name }) => name === 'ledger-chain-verifies'))
  await place.ask(['decide'])
  const sealed = await place.ask<{ readonly paths: Readonly<Record<string, string>> }>(['bundle'])
  const bundle = Object.values(sealed.data.paths).find((path) => path.endsWith('.tar'))
  const verified = await place.ask<{ readonly findings: readonly unknown[] }>([
    'verify',
    bundle ?? '',
  ])
  assert.deepEqual(verified.data.findings, [])
})
