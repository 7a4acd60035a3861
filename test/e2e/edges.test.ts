// Data edges through the real command line: a gate takes what another one found, and is STALE when that one ran again.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test, { after } from 'node:test'
import { assertNoStack, openWorkplace } from './command-line.ts'

const place = openWorkplace()
after(() => place.remove())

function aPlanFile(service: string, more = ''): string {
  const gate = (id: string, script: string, keys: string): string =>
    `- id: ${id}
  title: ${id}
  section: Release
  severity: required
  effect: read
  provenRead: false
  check: { type: command, language: bash, script: '${script}' }
${keys}
  needs: []
  holes: []
  toggles: []
  timeoutMs: 20000
  retries: 0
  unsound: []
  source: { line: 1, sha256: 'sha256:${'b'.repeat(64)}' }`
  return `format: seaworthy-plan/1
service: ${service}
version: 1.0.0
environment: staging
source: { name: checklist.md, sha256: 'sha256:${'c'.repeat(64)}' }
signOffs: []
gates:
${gate(
  'deploy/runs-that-image',
  'echo "$BUILD_DIGEST" >> seen.txt; echo "running: $BUILD_DIGEST"',
  `  assertions:
  - { read: { from: stdout }, op: contains, value: 'running: ' }
  parameters: [BUILD_DIGEST]
  consumes:
    BUILD_DIGEST: { gate: build/image, slot: digest }
  slots: []`,
)}
${gate(
  'build/image',
  'echo "digest: $(cat digest.txt)"',
  `  assertions:
  - { read: { from: exitCode }, op: eq, value: 0 }
  parameters: []
  slots:
  - { id: digest, label: digest }`,
)}
${more}`
}

interface RunAnswer {
  readonly run: string
  readonly results: readonly {
    readonly gate: string
    readonly status: string
    readonly reason: string
    readonly statement?: string
    readonly consumed?: Readonly<
      Record<string, { readonly statement: string; readonly value: string }>
    >
  }[]
  readonly confirm: { readonly token: string } | null
}

async function runConfirmed(words: readonly string[], own: readonly string[]) {
  const asked = await place.ask<RunAnswer>([...words, ...own])
  return asked.data.confirm === null
    ? asked
    : place.ask<RunAnswer>(['confirm', asked.data.confirm.token, ...own])
}

const statusesOf = ({ results }: RunAnswer): readonly string[] =>
  results.map(({ gate, status }) => `${gate} ${status}`)

test('a gate runs with what another one found, and is STALE once that one ran again', async () => {
  const own = ['--tenant', 'cutter']
  const file = place.write('cutter/plan.yaml', aPlanFile('cutter'))
  place.write('cutter/digest.txt', 'sha256:aa11\n')

  const dry = await place.shell(['run', file, '--dry-run', ...own])
  assert.match(dry.stdout, /deploy\/runs-that-image waits for build\/image/)
  assert.match(dry.stdout, /BUILD_DIGEST from build\/image › digest for deploy\/runs-that-image/)

  const first = await runConfirmed(['run', file, '--only', 'deploy/runs-that-image'], own)
  assert.deepEqual(statusesOf(first.data), ['deploy/runs-that-image PASS', 'build/image PASS'])
  assert.equal(readFileSync(`${place.folder}/cutter/seen.txt`, 'utf8'), 'sha256:aa11\n')
  const [consumer, producer] = first.data.results
  assert.deepEqual(consumer?.consumed, {
    BUILD_DIGEST: { statement: producer?.statement, value: 'sha256:aa11' },
  })

  // The same value again: what counts is which attempt it came from.
  const again = await place.ask<RunAnswer>([
    'run',
    file,
    '--only',
    'build/image',
    '--repeat',
    ...own,
  ])
  assert.deepEqual(statusesOf(again.data), ['deploy/runs-that-image STALE', 'build/image PASS'])
  const status = await place.shell(['status', ...own])
  assert.match(
    status.stdout,
    /STALE +deploy\/runs-that-image: BUILD_DIGEST is from an earlier attempt of build\/image/,
  )
  const decided = await place.ask<{ verdict: { value: string; reasons: { text: string }[] } }>([
    'decide',
    ...own,
  ])
  assert.equal(decided.data.verdict.value, 'NO_GO')
  assert.match(
    decided.data.verdict.reasons[0]?.text ?? '',
    /^out of date: BUILD_DIGEST is from an earlier/,
  )
  const sealed = await place.ask<{ paths: { bundle: string } }>(['bundle', ...own])
  const verified = await place.shell(['verify', sealed.data.paths.bundle])
  assert.match(verified.stdout, /NO_GO/)

  const renewed = await place.ask<RunAnswer>([
    'run',
    file,
    '--only',
    'deploy/runs-that-image',
    '--repeat',
    ...own,
  ])
  assert.deepEqual(statusesOf(renewed.data), ['deploy/runs-that-image PASS', 'build/image PASS'])
  const go = await place.ask<{ verdict: { value: string } }>(['decide', ...own])
  assert.equal(go.data.verdict.value, 'GO')
})

test('after the deploy everything is tried again, and the bundle holds both sets', async () => {
  const own = ['--tenant', 'cutter']
  const file = `${place.folder}/cutter/plan.yaml`
  place.write('cutter/digest.txt', '')
  const later = await runConfirmed(['run', file, '--fresh'], own)
  const both = await place.ask<{ paths: { bundle: string } }>([
    'bundle',
    '--with-run',
    later.data.run,
    ...own,
  ])
  const told = await place.shell(['verify', both.data.paths.bundle])
  assert.match(told.stdout, /: GO, decided/)
  assert.match(told.stdout, /1 required gates are worse .* or missing: roll back/)
  assert.match(told.stdout, /MISSING +PASS → no result +deploy\/runs-that-image/)
})

test('without a value, or with one that could turn into an option, the gate does not run', async () => {
  for (const [name, digest, reason] of [
    ['yawl', '', 'which has no value'],
    ['ketch', '--output=/etc/passwd', 'which begins with a hyphen and could turn into an option'],
  ] as const) {
    const own = ['--tenant', name]
    const file = place.write(`${name}/plan.yaml`, aPlanFile(name))
    place.write(`${name}/digest.txt`, digest)
    const ended = await runConfirmed(['run', file], own)
    const [consumer] = ended.data.results
    assert.deepEqual(
      [consumer?.status, consumer?.reason],
      ['BLOCKED', `takes BUILD_DIGEST from build/image › digest, ${reason}`],
    )
  }
})

test('a plan whose values go round in a circle is refused with the way round', async () => {
  const round = aPlanFile('sloop').replace(
    '  parameters: []\n',
    '  parameters: [BACK]\n  consumes: { BACK: { gate: deploy/runs-that-image, slot: none } }\n',
  )
  const file = place.write('sloop/plan.yaml', round)
  const unknown = await place.refusal(['run', file, '--tenant', 'sloop'])
  assert.equal(unknown.code, 'VERDICT_PLAN_EDGE_REFUSED')
  const slotted = round.replace('  slots: []', '  slots: [{ id: none, label: none }]')
  const circle = await place.refusal([
    'run',
    place.write('sloop/round.yaml', slotted),
    '--tenant',
    'sloop',
  ])
  assert.equal(circle.code, 'VERDICT_PLAN_CYCLE_FOUND')
  assertNoStack(JSON.stringify([unknown, circle]))
})
