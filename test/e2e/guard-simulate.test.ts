// What limits would have done to recorded traffic, from the command line: a report for machines, and refusals that name the place.
import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { openWorkplace } from './command-line.ts'

const place = openWorkplace()
after(() => place.remove())

interface Simulated {
  readonly requestCount: number
  readonly refusedCount: number
  readonly unreadable: { readonly count: number; readonly firstLine: number | null }
}

test('recorded traffic goes through the limits of a file, the same each time', async () => {
  const policy = place.write(
    'limits.yaml',
    'format: seaworthy-guard-policy/1\nrules:\n- path: /\n  policy: { kind: bucket, name: all, limit: 60, windowMs: 60000, burst: 5 }\n',
  )
  const line = '192.0.2.1 - - [05/Jan/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 12'
  const traffic = place.write('access.log', `# begins\n${`${line}\n`.repeat(8)}`)
  const words = ['guard', 'simulate', '--policy', policy, '--traffic', traffic]
  const first = await place.ask<Simulated>(words)
  assert.equal(first.exit, 0)
  const { requestCount, refusedCount, unreadable } = first.data
  assert.deepEqual([requestCount, refusedCount], [8, 3])
  assert.deepEqual(unreadable, { count: 1, firstLine: 1 })
  assert.equal((await place.ask<Simulated>(words)).stdout, first.stdout)
  assert.match((await place.shell(words)).stdout, /3 × all, address 192\.0\.2\.1/)
  const watching = `format: seaworthy-guard-policy/1
anomaly: { mode: learn }
rules: [{ path: /, policy: { kind: bucket, name: all, limit: 60, windowMs: 60000, burst: 5 } }]
`
  const watched = [...words]
  watched[3] = place.write('watched.yaml', watching)
  const { stdout } = await place.shell(watched)
  assert.match(stdout, /abnormal rates \(learning\): 0 throttles, 0 requests refused/)
  assert.match(stdout, /8 requests name nobody whose rate is watched/)
  const other = place.write('other.txt', 'nothing of the kind\n')
  const bad = await place.refusal([...words.slice(0, 5), other])
  assert.deepEqual([bad.exit, bad.code], [2, 'PROBE_TRAFFIC_REFUSED'])
  const swapped = ['guard', 'simulate', '--policy', traffic, '--traffic', traffic]
  assert.equal((await place.refusal(swapped)).code, 'PROBE_POLICY_REFUSED')
  assert.equal((await place.refusal(words.slice(0, 4))).code, 'PROBE_OPTION_MISSING')
  const gone = [...words.slice(0, 5), `${place.folder}/nowhere.log`]
  assert.equal((await place.refusal(gone)).code, 'APP_FILE_UNREADABLE')
})
