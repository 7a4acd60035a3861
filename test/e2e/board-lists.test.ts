// Long lists, preferences and settings of the board in a real Chromium: shown page by page with the focus kept, and as the reader likes it.
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { fillIn, pressOn } from '../board-hands.ts'
import { browse as browseAt, operatorKeyOf, viewKeyOf } from '../board-tab.ts'
import type { Reader } from '../board-tab.ts'
import { openWorkplace } from './command-line.ts'
import type { ServedFolder } from './command-line.ts'

const CHANGES_COUNT = 60

const place = openWorkplace()
let served: ServedFolder
let key = ''

before(async () => {
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

const browse = (use: (reader: Reader) => Promise<void>): ReturnType<typeof browseAt> =>
  browseAt(() => served.url, use)

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
  'a key that only reads sees the settings it may, and is told of those it may not',
  browse(async (reader) => {
    await reader.open(`/settings#key=${viewKeyOf(place.dataFolder)}`)
    await reader.shows('which only reads')
    await reader.open(`/audit#key=${viewKeyOf(place.dataFolder)}`)
    await reader.shows('Your key may not see this')
  }),
)
