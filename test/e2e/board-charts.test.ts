// Charts of the board and who is held back, in a real Chromium: each says in words what it shows, and the table has the same figures.
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { browse as browseAt, operatorKeyOf } from '../board-tab.ts'
import type { Reader } from '../board-tab.ts'
import { openWorkplace } from './command-line.ts'
import type { ServedFolder } from './command-line.ts'

const place = openWorkplace(undefined, { SEAWORTHY_WEBHOOK_LOOPBACK: 'yes' })
const HOUR_MS = 3_600_000
let served: ServedFolder
let key = ''
let endpointId = ''

before(async () => {
  served = await place.serve()
  key = operatorKeyOf(place.dataFolder)
  const made = ['webhook', 'create', 'http://127.0.0.1:9/hooks', '--kind', 'release.*']
  endpointId = (await place.ask<{ id: string }>(made)).data.id
})

after(async () => {
  await served.stop()
  place.remove()
})

const browse = (use: (reader: Reader) => Promise<void>): ReturnType<typeof browseAt> =>
  browseAt(() => served.url, use)

/** Whatever the server has, this is what the page is told. */
async function tell(reader: Reader, path: string, answer: unknown): Promise<void> {
  await reader.tab.send('Page.addScriptToEvaluateOnNewDocument', {
    source: `{ const honest = globalThis.fetch
      globalThis.fetch = (asked, terms) => String(asked).startsWith(${JSON.stringify(path)})
        ? Promise.resolve(new Response(${JSON.stringify(JSON.stringify(answer))}, { headers: { 'content-type': 'application/json' } }))
        : honest(asked, terms) }`,
  })
}

/** What is drawn: of each bar how high it stands above the line and how far it hangs below. */
const BARS = `[...document.querySelectorAll('.chart g')].map((bar) =>
  [...bar.querySelectorAll('rect')].map((it) => Number(it.getAttribute('height'))))`
const ROWS = `[...document.querySelectorAll('.chart tbody tr')].map((row) =>
  [...row.querySelectorAll('td')].map((it) => Number(it.textContent)))`
const sumOf = (rows: number[][], column: number): number =>
  rows.reduce((sum, row) => sum + row[column]!, 0)

test(
  'a chart says whether an endpoint takes what it is sent, when it did not, and has the same as a table',
  browse(async (reader) => {
    const begin = Date.parse('2026-11-20T00:00:00Z')
    const states = Array.from({ length: 60 }, (_, nth) =>
      nth >= 20 && nth < 35 ? 'dead' : 'delivered',
    )
    const deliveries = states.map((state, nth) => {
      const at = new Date(begin + nth * HOUR_MS).toISOString()
      const event = { eventId: `event-${nth}`, type: 'release.decided', attempt: 1, replays: 0 }
      const ended = { createdAt: at, nextAt: at, endedAt: at, status: 200, error: null }
      return { ...event, ...ended, state, seq: nth }
    })
    const page = { data: deliveries.toReversed(), next: null }
    await tell(reader, `/v1/webhooks/${endpointId}/deliveries`, page)
    await reader.open(`/webhooks/${endpointId}#key=${key}`)
    await reader.shows('Does it take what it is sent?')
    await reader.shows('The last 25 delivered')
    await reader.shows('Of all 60 deliveries that ended, 45 delivered and 15 given up.')
    await reader.shows('each bar: 6 h')
    const bars = (await reader.tab.evaluate(BARS)) as number[][]
    const drawn = bars.map(([up, down]) => `${up! > 0 ? 'well' : ''}${down! > 0 ? 'bad' : ''}`)
    assert.equal(drawn.join(' '), '  well well well wellbad bad wellbad well well well well')
    const rows = (await reader.tab.evaluate(ROWS)) as number[][]
    assert.deepEqual([sumOf(rows, 0), sumOf(rows, 1)], [45, 15])
    await reader.inspect('webhook-chart')
  }),
)

test(
  'a chart of jobs does not set the failures of a month beside the work of an hour',
  browse(async (reader) => {
    const now = Date.parse('2026-11-20T12:00:00Z')
    const job = (state: string, agoHours: number, nth: number): unknown => {
      const at = new Date(now - agoHours * HOUR_MS).toISOString()
      const times = { dueAt: at, createdAt: at, startedAt: at, endedAt: at }
      const rest = {
        kind: 'ledger.checkpoint',
        attempt: 1,
        progress: null,
        note: null,
        error: null,
      }
      return { id: `${state}-${nth}`, state, ...times, ...rest }
    }
    // Of what was done only the last hours are known; a failure of last month is left out with what was done then.
    const done = Array.from({ length: 10 }, (_, nth) => job('done', nth, nth))
    const dead = [job('dead', 0, 0), job('dead', 2, 1), job('dead', 700, 2)]
    await tell(reader, '/v1/jobs?state=done', { data: { jobs: done }, next: 'older' })
    await tell(reader, '/v1/jobs?state=dead', { data: { jobs: dead }, next: null })
    await reader.open(`/jobs#key=${key}`)
    await reader.shows('Of the newest 12 jobs that ended, 10 done and 2 failed for good.')
    await reader.inspect('jobs-chart')
  }),
)

test(
  'the page of guards says who is throttled, to what, and which addresses are blocked; else that nobody is',
  browse(async (reader) => {
    await reader.open(`/guards#key=${key}`)
    await reader.shows('Nobody: each is served within the limits above.')
    const at = Date.parse('2026-11-20T12:00:00Z')
    const throttle = { id: 't-1', beganAtEpochMs: at, allowedPerS: 12.34, refusedCount: 4_321 }
    const acme = { tenant: 'acme', ratePerS: 480, busyPerS: 10 }
    const listed = [
      { ...acme, throttle: { ...throttle, isEnforced: true } },
      { ...acme, tenant: 'blue', throttle: { ...throttle, id: 't-2', isEnforced: false } },
    ]
    const blocked = [{ address: '192.0.2.7', untilEpochMs: at, earlierCount: 0 }]
    await tell(reader, '/v1/guards', {
      limits: [{ kind: 'bucket', name: 'requests', limit: 200, windowMs: 60_000, burst: 60 }],
      throttles: { count: 102, listed },
      blocks: { count: 1, listed: blocked },
    })
    await reader.open(`/guards#key=${key}`)
    await reader.shows('acme')
    const rows = `[...document.querySelectorAll('#limits ~ * tbody tr, section[aria-labelledby=limits] tbody tr')].map((row) => row.innerText.replace(/\\s+/g, ' '))`
    const told = ((await reader.tab.evaluate(rows)) as string[]).join('\n')
    assert.match(told, /acme .*Held back 480 a second 12\.3 a second 4,321 requests 20 Nov 2026/)
    assert.match(told, /blue .*Learning: nothing is held back/)
    await reader.shows('and 100 more')
    await reader.shows('192.0.2.7 until')
    await reader.inspect('guards-throttled')
  }),
)
