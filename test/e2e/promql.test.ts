// PromQL gates against a real Prometheus, from a fence in a checklist to a bundle that verifies offline.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test, { after } from 'node:test'
import { parse, stringify } from 'yaml'
import { prometheusMissing, startPrometheus } from '../prometheus.ts'
import { openWorkplace } from './command-line.ts'

const STEP_S = 15
const HOUR_MS = 3_600_000

/** Two hours of samples up to now; the series `region="gap"` misses twenty minutes of them. */
function pastSamples(nowMs: number): string {
  const now = Math.floor(nowMs / 1_000)
  const lines: string[] = ['# TYPE harbour_latency_seconds gauge']
  for (const region of ['eu', 'gap']) {
    for (let at = now - 7_200; at <= now; at += STEP_S) {
      const isMissing = region === 'gap' && at > now - 2_400 && at < now - 1_200
      if (!isMissing) lines.push(`harbour_latency_seconds{region="${region}"} 0.04 ${at}`)
    }
  }
  return [...lines, '# EOF', ''].join('\n')
}

const CHECKLIST = [
  '# Release v1.2.0',
  '',
  '- [ ] Targets are up',
  '',
  '  ```promql',
  '  up{job="harbour"}',
  '  ```',
  '',
].join('\n')

interface PlanFile {
  readonly gates: readonly Record<string, unknown>[]
}

interface Answered {
  readonly results: readonly {
    readonly gate: string
    readonly status: string
    readonly reason: string
  }[]
}

const place = openWorkplace()
after(() => place.remove())

test(
  'a PromQL gate of a checklist is judged on a real Prometheus, and the bundle verifies offline',
  { skip: prometheusMissing() },
  async (t) => {
    const { url } = await startPrometheus(
      t,
      pastSamples(Date.now()),
      () => 'harbour_open_bookings 3\n',
    )
    const parameter = ['--param', `PROMETHEUS_URL=${url}`]
    const file = place.write('RELEASE.md', CHECKLIST)
    const unasserted = await place.ask<Answered>(['run', file, ...parameter])
    assert.deepEqual(
      unasserted.data.results.map(({ status }) => status),
      ['INCONCLUSIVE'],
    )
    const planFile = `${place.folder}/release.plan.yaml`
    await place.ask(['plan', file, '--out', planFile])
    const plan = parse(readFileSync(planFile, 'utf8')) as PlanFile
    const [first] = plan.gates
    assert.ok(first !== undefined)
    const gate = (id: string, query: string, assertion: object, range?: object): object => ({
      ...first,
      id,
      title: id,
      check: {
        type: 'promql',
        connection: 'PROMETHEUS_URL',
        query,
        ...(range === undefined ? {} : { range }),
      },
      assertions: [assertion],
    })
    const hour = { durationMs: HOUR_MS, stepMs: 30_000 }
    const latency = (region: string): string =>
      `avg_over_time(harbour_latency_seconds{region="${region}"}[1m])`
    const bound = (take: string, more: object = {}): object => ({
      read: { from: 'samples', take },
      op: 'le',
      value: 50,
      unit: 'ms',
      ...more,
    })
    const seconds = { op: 'le', value: 0.05, windowMs: HOUR_MS }
    const gates = [
      gate('up', 'up{job="harbour"}', {
        read: { from: 'samples', take: 'every' },
        op: 'eq',
        value: 1,
      }),
      gate('window', latency('eu'), { read: { from: 'samples', take: 'max' }, ...seconds }, hour),
      gate('gap', latency('gap'), { read: { from: 'samples', take: 'max' }, ...seconds }, hour),
      gate('nan', '0 * harbour_open_bookings / 0', bound('only')),
      gate('empty', 'nobody_ever_measured_this', bound('only')),
      gate('wrong', 'up{', bound('only')),
    ]
    const written = place.write('checked.plan.yaml', stringify({ ...plan, gates }))
    const { data } = await place.ask<Answered>(['run', written, ...parameter])
    const reasons = Object.fromEntries(data.results.map((each) => [each.gate, each.reason]))
    assert.deepEqual(
      Object.fromEntries(data.results.map((each) => [each.gate, each.status])),
      {
        up: 'PASS',
        window: 'PASS',
        gap: 'INCONCLUSIVE',
        nan: 'INCONCLUSIVE',
        empty: 'INCONCLUSIVE',
        wrong: 'ERROR',
      },
      JSON.stringify(reasons),
    )
    assert.match(reasons['gap'] ?? '', /ms without a sample in the window of 3600000 ms/)
    assert.match(reasons['wrong'] ?? '', /bad_data/)
    await place.ask(['decide'])
    const sealed = await place.ask<{ readonly paths: Readonly<Record<string, string>> }>(['bundle'])
    const bundle = Object.values(sealed.data.paths).find((path) => path.endsWith('.tar'))
    const verified = await place.ask<{ readonly findings: readonly unknown[] }>([
      'verify',
      bundle ?? '',
    ])
    assert.deepEqual(verified.data.findings, [])
  },
)
