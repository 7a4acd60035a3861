// Long lists, preferences and settings of the board in a real Chromium: shown page by page with the focus kept, and as the reader likes it.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import type { TestContext } from 'node:test'
import { openPglite, systemClock } from '../../src/platform/index.ts'
import { fillIn, pressOn } from '../board-hands.ts'
import { browse as browseAt, operatorKeyOf, viewKeyOf } from '../board-tab.ts'
import type { Reader } from '../board-tab.ts'
import { openWorkplace } from './command-line.ts'
import type { ServedFolder } from './command-line.ts'

const CHANGES_COUNT = 60
const OLD_CHANGES_COUNT = 5_000

const place = openWorkplace()
let served: ServedFolder
let key = ''

/** A switch with a long past, whose changes are put into the database as its store does. */
async function makeOldSwitch(): Promise<void> {
  const words = ['guard', 'switch', 'set', 'old-lock', '--kind', 'kill-switch']
  assert.equal((await place.ask(words)).exit, 0)
  const sql = await openPglite({ folder: join(place.dataFolder, 'db'), clock: systemClock })
  await sql.transaction('system', (tx) =>
    tx.query(
      `insert into flag_change
         (tenant_id, name, definition, word, version, reason, changed_by, changed_at, kind)
       select tenant_id, name, definition, word, nth, 'tide ' || nth, changed_by, changed_at, 'flipped'
       from flag_change, generate_series(2, $1::int) as nth where name = 'old-lock' and version = 1`,
      [OLD_CHANGES_COUNT],
    ),
  )
  await sql.close()
}

before(async () => {
  await makeOldSwitch()
  served = await place.serve()
  key = operatorKeyOf(place.dataFolder)
  const change = async (method: string, path: string, body: unknown): Promise<void> => {
    const headers = { authorization: `Bearer ${key}` }
    const terms = { method, headers, body: JSON.stringify(body) }
    const answer = await fetch(new URL(path, served.url), terms)
    assert.ok(answer.ok, await answer.text())
  }
  const definition = { kind: 'kill-switch', boot: 'on', confirms: 'none' }
  await change('PUT', '/v1/switches/harbour', { definition, reason: 'made' })
  for (let version = 1; version < CHANGES_COUNT; version++) {
    const state = version % 2 === 1 ? 'off' : 'on'
    const flip = { word: { state }, reason: `tide ${version}`, expectedVersion: version }
    await change('POST', '/v1/switches/harbour/flips', flip)
  }
})

after(async () => {
  await served.stop()
  place.remove()
})

const browse = (
  use: (reader: Reader, t: TestContext) => Promise<void>,
): ReturnType<typeof browseAt> => browseAt(() => served.url, use)

const rowCount = (count: number): string =>
  `document.querySelectorAll('.audit tbody tr').length === ${count}`

test(
  'a list goes on page by page by keyboard, says how much is shown, and the focus stays where it was',
  browse(async (reader) => {
    const { tab } = reader
    await reader.open(`/settings#key=${key}`)
    await pressOn(reader, '25')
    await reader.shows('Kept in this browser.')
    await reader.open(`/audit#key=${key}`)
    await reader.until(rowCount(25))
    await reader.shows('25 entries shown, there are more')
    await reader.inspect('list-more')
    const more = `[...document.querySelectorAll('button')].find((it) => it.innerText === 'Show 25 more')`
    await tab.evaluate(`${more}.focus()`)
    await reader.press('Enter')
    await reader.until(rowCount(50))
    await reader.until(`document.activeElement === ${more}`)
    await reader.press('Enter')
    await reader.until(rowCount(CHANGES_COUNT))
    await reader.shows(`All ${CHANGES_COUNT} entries are shown`)
    await reader.until(`document.activeElement.innerText.startsWith('All ${CHANGES_COUNT}')`)
    const rows = `[...document.querySelectorAll('.audit tbody th')].map((it) => it.innerText)`
    const seen = (await tab.evaluate(rows)) as string[]
    assert.equal(new Set(seen).size, CHANGES_COUNT, 'each entry once')
    assert.deepEqual(
      seen,
      seen.toSorted((one, other) => Number(other) - Number(one)),
    )
    await reader.open(`/guards#key=${key}`)
    await reader.shows('harbour')
    await tab.evaluate(`document.querySelector('.switches summary').click()`)
    await reader.shows('25 changes shown, there are more')
    await pressOn(reader, 'Show 25 more')
    await reader.shows('50 changes shown, there are more')
    await reader.inspect('list-history')
  }),
)

test(
  'what a reader prefers holds at once and after a new load, stays in the browser, and can be taken back',
  browse(async (reader) => {
    const { tab } = reader
    await reader.open(`/settings#key=${key}`)
    await reader.shows('Yours, in this browser')
    await reader.shows('the key of the operator')
    await reader.shows('no issuer: an API key')
    await reader.shows('No channel is set')
    await reader.inspect('settings')
    await fillIn(reader, 'zone', 'Asia/Tokyo')
    await reader.until(`/\\(.*UTC\\)$/.test(document.querySelector('.preferences time').innerText)`)
    const paper = 'getComputedStyle(document.body).backgroundColor'
    await tab.send('Emulation.setEmulatedMedia', {
      features: [{ name: 'prefers-color-scheme', value: 'light' }],
    })
    const before = await tab.evaluate(paper)
    await pressOn(reader, 'Dark')
    await reader.until(`${paper} !== ${JSON.stringify(before)}`)
    await pressOn(reader, 'None')
    tab.requests.length = 0
    await reader.open(`/settings#key=${key}`)
    await reader.until(`${paper} !== ${JSON.stringify(before)}`)
    await reader.until(`document.querySelector('select[name=zone]')?.value === 'Asia/Tokyo'`)
    await reader.until(`/\\(.*UTC\\)$/.test(document.querySelector('.preferences time').innerText)`)
    assert.equal(await tab.evaluate('document.documentElement.dataset.motion'), 'reduced')
    assert.ok(tab.requests.every((url) => !url.includes('Tokyo')))
    await pressOn(reader, 'Back to the defaults')
    await reader.until(`${paper} === ${JSON.stringify(before)}`)
    assert.equal(await tab.evaluate('localStorage.length'), 0)
  }),
)

test(
  'a time that is typed is of the zone that times are shown in',
  browse(async (reader) => {
    const { tab } = reader
    await reader.open(`/settings#key=${key}`)
    await fillIn(reader, 'zone', 'Asia/Tokyo')
    await reader.until(`/\\(.*UTC\\)$/.test(document.querySelector('.preferences time').innerText)`)
    await reader.open(`/audit#key=${key}`)
    await reader.shows('From, Asia/Tokyo')
    await fillIn(reader, 'from', '2026-01-05T09:30')
    tab.requests.length = 0
    await pressOn(reader, 'Show')
    await reader.until(rowCount(50))
    const asked = tab.requests.map((url) => new URL(url).searchParams.get('from'))
    assert.ok(asked.includes('2026-01-05T00:30:00.000Z'), asked.join())
    await tab.evaluate('localStorage.clear()')
  }),
)

test(
  'a key that only reads sees the settings it may, and is told of those it may not',
  browse(async (reader) => {
    await reader.open(`/settings#key=${viewKeyOf(place.dataFolder)}`)
    await reader.shows('which only reads')
    await reader.open(`/audit#key=${viewKeyOf(place.dataFolder)}`)
    await reader.shows('Your key may not see this')
  }),
)

test(
  'an answer that says there is nothing is not waited for any longer',
  browse(async (reader) => {
    const { tab } = reader
    await tab.send('Page.addScriptToEvaluateOnNewDocument', {
      source: `const honest = globalThis.fetch
        globalThis.fetch = (path, terms) => String(path).endsWith('/v1/guards')
          ? Promise.resolve(new Response('null', { headers: { 'content-type': 'application/json' } }))
          : honest(path, terms)`,
    })
    await reader.open(`/guards#key=${key}`)
    await reader.shows('BOARD_')
    assert.doesNotMatch(String(await tab.evaluate('document.body.innerText')), /Loading/)
  }),
)

test(
  'switches come page by page, and five thousand changes of one are each shown once',
  browse(async (reader, t) => {
    const { tab } = reader
    const definition = { kind: 'kill-switch', boot: 'on', confirms: 'none' }
    for (let nth = 10; nth < 40; nth++) {
      const terms = { method: 'PUT', headers: { authorization: `Bearer ${key}` } }
      const body = JSON.stringify({ definition, reason: 'made' })
      const answer = await fetch(`${served.url}/v1/switches/berth-${nth}`, { ...terms, body })
      assert.ok(answer.ok, await answer.text())
    }
    await reader.open(`/settings#key=${key}`)
    await pressOn(reader, '25')
    await reader.open(`/guards#key=${key}`)
    await reader.shows('25 switches shown, there are more')
    await pressOn(reader, 'Show 25 more')
    await reader.shows('All 32 switches are shown')
    await reader.open(`/settings#key=${key}`)
    await pressOn(reader, '200')
    await reader.open(`/guards#key=${key}`)
    const old = `[...document.querySelectorAll('.switches summary')].find((it) => it.innerText.includes('old-lock'))`
    await reader.until(old)
    await tab.evaluate(`${old}.click()`)
    const began = performance.now()
    // Behind a last page that is full there may be more, so there is one press more than pages.
    for (let count = 200; count <= OLD_CHANGES_COUNT; count += 200) {
      await reader.until(`document.querySelectorAll('.history li').length >= ${count}`)
      await pressOn(reader, 'Show 200 more')
    }
    await reader.shows('All 5,000 changes are shown')
    t.diagnostic(`all shown after ${Math.round(performance.now() - began)} ms`)
    const reasons = `[...document.querySelectorAll('.history li')].map((it) => /tide \\d+/.exec(it.textContent)?.[0])`
    const shown = (await tab.evaluate(reasons)) as string[]
    assert.deepEqual([shown.length, new Set(shown).size], [OLD_CHANGES_COUNT, OLD_CHANGES_COUNT])
  }),
)

test(
  'the ledger shows its newest entry first however many are not signed, follows what is added, and goes to older ones and back',
  browse(async (reader) => {
    const note = async (subject: string): Promise<number> => {
      const answer = await fetch(new URL('/v1/ledger/entries', served.url), {
        method: 'POST',
        headers: { authorization: `Bearer ${key}` },
        body: JSON.stringify({ subject, payload: {} }),
      })
      const { data } = (await answer.json()) as { data: { seq: number } }
      return data.seq
    }
    const top = `parseInt(document.querySelector('.entries tbody th')?.innerText)`
    const press = (label: string): Promise<void> => pressOn(reader, label)
    for (let at = 0; at < 120; at++) await note(`berth-${at % 2}`)
    const before = await note('berth-0')
    await reader.open(`/ledger#key=${key}`)
    // Each note's request is a fact of its own.
    await reader.until(`${top} >= ${before}`)
    await reader.shows('not signed yet')
    const after = await note('berth-1')
    await reader.until(`${top} >= ${after}`)
    await fillIn(reader, 'subject', 'berth-0')
    await press('Show')
    await reader.until(`${top} === ${before}`)
    await press('Older')
    await reader.until(`${top} < ${before}`)
    await press('Newer')
    await reader.until(`${top} === ${before}`)
  }),
)
