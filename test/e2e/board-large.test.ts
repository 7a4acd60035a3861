// A release of ten thousand gates in a real Chromium: it scrolls smoothly, and every gate can be searched for, reached and read out.
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { browse as browseAt, viewKeyOf } from '../board-tab.ts'
import type { Reader } from '../board-tab.ts'
import {
  FRAME_BUSY_LIMIT_MS,
  FRAME_COUNT_LEAST,
  FRAME_LIMIT_MS,
  scrollOn,
} from '../board-scrolling.ts'
import { openWorkplace } from './command-line.ts'
import type { ServedFolder } from './command-line.ts'

const place = openWorkplace()
const GATE_COUNT = 10_000
const SECTION_COUNT = 5
const WIDE = { width: 1280, height: 900, deviceScaleFactor: 1, mobile: false }

const CHECKLIST = `---
service: armada
version: 1.0.0
---
# Armada 1.0.0

- [ ] **Ship is ready**
  - **Ready:** ✅❌
`

/**
 * The one gate of the release ten thousand times. What imports, stores and decides of so many has its own tests; here the browser
 * is held to it, and an answer as large as theirs.
 */
const MANY = `{
  const honest = globalThis.fetch
  const grow = (gates) => Array.from({ length: ${GATE_COUNT} }, (_, nth) => {
    const section = nth % ${SECTION_COUNT}
    const name = 'Ship ' + section + '.' + Math.floor(nth / ${SECTION_COUNT}) + ' is ready'
    return { ...gates[0], id: 'ship-' + nth, title: name, section: 'Squadron ' + (section + 1) }
  })
  globalThis.fetch = async (path, terms) => {
    const answer = await honest(path, terms)
    if (String(path).split('?')[0] !== '/v1/releases/armada/1.0.0' || answer.status !== 200) return answer
    const { data, ...rest } = await answer.json()
    const plan = { ...data.plan, gates: grow(data.plan.gates) }
    const results = plan.gates.map(({ id }) => ({ ...data.results[0], gate: id, reason: 'waits for a person' }))
    const text = JSON.stringify({ ...rest, data: { ...data, plan, results } })
    return new Response(text, { status: 200, headers: answer.headers })
  }
}`

let served: ServedFolder

before(async () => {
  served = await place.serve()
  await place.ask(['run', place.write('armada.md', CHECKLIST)])
})

after(async () => {
  await served.stop()
  place.remove()
})

const browse = (use: (reader: Reader, t: { diagnostic(text: string): void }) => Promise<void>) =>
  browseAt(() => served.url, use)

test(
  'ten thousand gates scroll smoothly, are found by the browser’s search, reached by the keyboard and all read out',
  browse(async ({ tab, open, until, press, shows }, t) => {
    await tab.send('Emulation.setDeviceMetricsOverride', WIDE)
    await tab.send('Page.addScriptToEvaluateOnNewDocument', { source: MANY })
    const address = `/releases/armada/1.0.0#key=${viewKeyOf(place.dataFolder)}`
    const began = performance.now()
    await open(address)
    await until(`document.querySelectorAll('.gates [role=listitem]').length === ${GATE_COUNT}`)
    const drawnMs = performance.now() - began
    await shows('Live')
    await tab.evaluate(`document.querySelector('#gates').scrollIntoView()`)
    const scrolled = await scrollOn(tab)
    t.diagnostic(`${scrolled.text}; first drawn after ${Math.round(drawnMs)} ms`)
    assert.ok(scrolled.frameCount > FRAME_COUNT_LEAST, `${scrolled.frameCount} frames`)
    assert.ok(scrolled.p95Ms < FRAME_LIMIT_MS, `p95 ${scrolled.p95Ms} ms`)
    assert.ok(
      scrolled.busyMs < FRAME_BUSY_LIMIT_MS,
      `${scrolled.busyMs} ms of a processor for a frame`,
    )
    // Searched for by the browser itself, far out of sight.
    await tab.evaluate('scrollTo(0, 0)')
    assert.equal(await tab.evaluate(`find('Ship 3.1234 is ready')`), true)
    const found = `[...document.querySelectorAll('summary')].find((each) => each.textContent.includes('Ship 3.1234 '))`
    await until(`${found}?.getBoundingClientRect().top < innerHeight`)
    await tab.evaluate(`${found}.focus({ preventScroll: true })`)
    await press('Enter')
    await shows('None: nothing was recorded for this gate in this run.')
    await press('Enter')
    await press('Tab')
    await until(`document.activeElement.textContent.includes('Ship 3.1235 ')`)
    const { nodes } = (await tab.send('Accessibility.getFullAXTree')) as {
      nodes: { role?: { value: string } }[]
    }
    const readOut = nodes.filter(({ role }) => role?.value === 'listitem').length
    assert.ok(readOut >= GATE_COUNT, `${readOut} of them are read out`)
  }),
)
