// The guard's counters through a real Prometheus: scraped, asked for, and read as the report a gate would be judged by.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readReport } from '../../src/formats/index.ts'
import { makeGuardMetrics } from '../../src/guard/index.ts'
import { prometheusMissing, startPrometheus } from '../prometheus.ts'

test(
  'what a guard counted is what Prometheus answers, hostile label values included',
  { skip: prometheusMissing() },
  async (t) => {
    const metrics = makeGuardMetrics()
    const policy = 'push "quoted" \\ and\nbroken'
    for (let index = 0; index < 3; index++)
      metrics.sink({ type: 'rate.refused', policy, key: '', source: 'local' })
    metrics.sink({ type: 'ingest.refused', reason: 'too-deep' })
    const past = `# TYPE up_before gauge\nup_before 1 ${Math.floor(Date.now() / 1_000) - 600}\n# EOF\n`
    const { url } = await startPrometheus(t, past, () => metrics.text())
    const ask = async (query: string): Promise<readonly number[]> => {
      const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`)
      const reading = readReport(new Uint8Array(await answer.arrayBuffer()))
      assert.ok(reading.ok)
      return (reading.report.series ?? []).flatMap(({ points }) => points.map(([, value]) => value))
    }
    const named = JSON.stringify(policy)
    assert.deepEqual(await ask(`rate_limit_refused_total{policy=${named},source="local"}`), [3])
    assert.deepEqual(await ask('ingest_malformed_total{reason="too-deep"}'), [1])
    assert.deepEqual(await ask('sum(ingest_malformed_total)'), [1])
    assert.deepEqual(await ask('count(ingest_malformed_total)'), [18])
  },
)
