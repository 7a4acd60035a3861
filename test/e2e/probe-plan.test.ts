// The example plan that certifies a service from outside: confirmed by a person, run here, and verified offline.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test, { after } from 'node:test'
import { parse, stringify } from 'yaml'
import { startService } from '../guarded-service.ts'
import { openWorkplace } from './command-line.ts'

interface Ran {
  readonly confirm: {
    readonly token: string
    readonly preview: { readonly changes: readonly { readonly of: string }[] }
  } | null
  readonly results: readonly {
    readonly gate: string
    readonly status: string
    readonly reason: string
  }[]
}

interface Gate {
  readonly id: string
  readonly check: { readonly name: string; readonly with: Record<string, string | number> }
}

/** The same checks in less time, against a service whose burst is smaller. */
const SHORTER: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'probe-load': { seconds: 1 },
  'probe-spike': { spikeSeconds: 1, quietSeconds: 0.5 },
  'probe-rate-limit': { burst: 20, refillMs: 100 },
  'probe-slow-bodies': { seconds: 4, connections: 3 },
}
/** Those that put load on a service cannot tell anything on a machine that is too busy. */
const LOADS = new Set(['probe-load', 'probe-spike'])

const place = openWorkplace()
after(() => place.remove())

test('the plan that certifies a service asks once, passes where all is guarded, and verifies offline', async (t) => {
  const service = await startService(t, { isGuarded: true })
  const plan = parse(readFileSync('examples/certify/certify.plan.yaml', 'utf8')) as {
    gates: Gate[]
  }
  const listed = await place.ask<{
    readonly checks: readonly { readonly name: string; readonly outward?: string }[]
  }>(['checks'])
  assert.deepEqual(
    plan.gates.map(({ check }) => check.name).sort(),
    listed.data.checks
      .flatMap(({ name, outward }) => (outward === undefined || outward === 'reads' ? [] : [name]))
      // Asks a Seaworthy and nothing else: its gate is in our own release.
      .filter((name) => name !== 'audit-log')
      .sort(),
  )
  for (const { check } of plan.gates) Object.assign(check.with, SHORTER[check.name])
  const file = place.write('certify.plan.yaml', stringify(plan))
  const asked = await place.ask<Ran>(['run', file, '--param', `URL=${service.url}`])
  assert.ok(asked.data.confirm !== null)
  const ran = await place.ask<Ran>(['confirm', asked.data.confirm.token])
  for (const { id, check } of plan.gates) {
    const result = ran.data.results.find(({ gate }) => gate === id)
    const expected = LOADS.has(check.name) ? /^(?:PASS|INCONCLUSIVE)$/ : /^PASS$/
    assert.match(result?.status ?? '', expected, `${check.name}: ${result?.reason}`)
  }
  await place.ask(['decide'])
  const sealed = await place.ask<{ readonly paths: Readonly<Record<string, string>> }>(['bundle'])
  const bundle = Object.values(sealed.data.paths).find((path) => path.endsWith('.tar')) ?? ''
  const verified = await place.ask<{ readonly findings: readonly unknown[] }>(['verify', bundle])
  assert.deepEqual(verified.data.findings, [])
})
