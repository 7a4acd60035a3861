// What the guards of a running service hold, from the command line: the table of harbour, and answers that are none.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import test, { after } from 'node:test'
import { OPERATOR_KEY, openTestHarbour } from '../../examples/harbour/test/test-harbour.ts'
import { openWorkplace } from './command-line.ts'

const place = openWorkplace()
after(() => place.remove())

interface Status {
  readonly format: string
  readonly limits: readonly { readonly name: string }[]
  readonly breakers: readonly { readonly state: string }[]
  readonly switches: readonly { readonly name: string; readonly state: string }[]
  readonly blocks: { readonly count: number; readonly listed: readonly { address: string }[] }
}

test('limits, a held breaker, a switch that is off and a blocked address of harbour are shown, with its key only', async (t) => {
  const harbour = await openTestHarbour()
  t.after(() => harbour.close())
  const url = `${harbour.url}/operator/guards`
  const words = ['guard', 'status', url, '--key', OPERATOR_KEY]
  const quiet = await place.shell(words)
  assert.deepEqual([quiet.exit, quiet.stderr], [0, ''])
  assert.match(quiet.stdout, /^limit +bookings +200 in 60 s, 60 at once$/m)
  assert.match(quiet.stdout, /^queries +enforce +at most 10000 points for one$/m)
  assert.match(quiet.stdout, /^breaker +database +closed, 0 of 0 calls failed lately$/m)
  assert.match(quiet.stdout, /^switch +bookings +on \(kill-switch\), says boot$/m)
  assert.match(quiet.stdout, /^0 throttled, 0 blocked$/m)
  await harbour.operate('breakers/database/hold')
  await harbour.operate('switches/bookings/off')
  // Whoever names no tenant is counted by address: past the burst, ten refusals block it.
  for (let asked = 0; asked < 80; asked++) await fetch(`${harbour.url}/bookings`)
  const { data, exit } = await place.ask<Status>(words)
  assert.deepEqual([exit, data.format, data.limits.length], [0, 'seaworthy-guard-status/1', 3])
  assert.deepEqual([data.breakers[0]?.state, data.blocks.count], ['held', 1])
  const busy = await place.shell(words)
  assert.match(busy.stdout, /^breaker +database +held open until somebody releases it$/m)
  assert.match(busy.stdout, /^switch +bookings +off \(kill-switch\), says \S/m)
  assert.match(busy.stdout, /^block +127\.0\.0\.1 +until 20\d\d-/m)
  const told = openWorkplace(undefined, { SEAWORTHY_GUARD_KEY: OPERATOR_KEY })
  t.after(() => told.remove())
  assert.equal((await told.ask<Status>(['guard', 'status', url])).data.blocks.count, 1)
  const guessed = await place.refusal(['guard', 'status', url, '--key', 'a-guess'])
  assert.deepEqual([guessed.exit, guessed.code], [5, 'PROBE_STATUS_KEY_REFUSED'])
  const split = await place.refusal(['guard', 'status', url, '--key', 'two\nlines'])
  assert.deepEqual([split.exit, split.code], [2, 'PROBE_OPTION_MISSING'])
  const other = await place.refusal(['guard', 'status', `${harbour.url}/metrics`])
  assert.deepEqual([other.exit, other.code], [2, 'PROBE_STATUS_UNREADABLE'])
})

const EMPTY = {
  format: 'seaworthy-guard-status/1',
  limits: [],
  blocks: { count: 0, listed: [] },
  throttles: { count: 0, listed: [] },
  graph: null,
  breakers: [],
  switches: [],
  sources: [],
}
const THROTTLED = {
  tenant: 'a\u001b[2Jcme',
  ratePerS: 40,
  busyPerS: 4,
  throttle: {
    id: 't-1',
    beganAtEpochMs: 0,
    isEnforced: true,
    allowedPerS: 14,
    refusedCount: 7,
  },
}

test('throttles are shown without what steers a terminal; what is no status, too large or nowhere is refused with a code', async (t) => {
  let body = ''
  const server = createServer((_request, response) => void response.end(body))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const words = ['guard', 'status', `http://127.0.0.1:${(server.address() as AddressInfo).port}/`]
  t.after(() => server.close())
  body = JSON.stringify({ ...EMPTY, throttles: { count: 1, listed: [THROTTLED] } })
  const shown = await place.shell(words)
  assert.match(
    shown.stdout,
    /^throttle +a\\u\{1b\}\[2Jcme +held to 14 a second since 1970-01-01T00:00:00\.000Z, 7 refused, id t-1$/m,
  )
  assert.match(shown.stdout, /^1 throttled, 0 blocked$/m)
  const none = [
    ['', 'PROBE_STATUS_UNREADABLE'],
    ['{"format":"seaworthy-guard-status/1"}', 'PROBE_STATUS_UNREADABLE'],
    [JSON.stringify({ ...EMPTY, format: 'seaworthy-guard-status/2' }), 'PROBE_STATUS_UNREADABLE'],
    [JSON.stringify(EMPTY).padEnd(4 * 1024 * 1024 + 1), 'PROBE_STATUS_EXCEEDED'],
  ] as const
  for (const [answer, code] of none) {
    body = answer
    assert.equal((await place.refusal(words)).code, code, answer.slice(0, 80))
  }
  await new Promise((resolve) => server.close(resolve))
  const gone = await place.refusal(words)
  assert.deepEqual([gone.exit, gone.code], [9, 'PROBE_STATUS_UNREACHABLE'])
  const nowhere = await place.refusal(['guard', 'status', 'harbour'])
  assert.equal(nowhere.code, 'PROBE_STATUS_UNREACHABLE')
})
