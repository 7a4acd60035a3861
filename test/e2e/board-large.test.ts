// A release of ten thousand gates in a real Chromium: it scrolls smoothly, and every gate can be searched for, reached and read out.
import assert from 'node:assert/strict'
import { loadavg } from 'node:os'
import test, { after, before } from 'node:test'
import { browse as browseAt, viewKeyOf } from '../board-tab.ts'
import type { Reader } from '../board-tab.ts'
import type { Tab } from '../chromium.ts'
import { openWorkplace } from './command-line.ts'
import type { ServedFolder } from './command-line.ts'

const place = openWorkplace()
const GATE_COUNT = 10_000
const SECTION_COUNT = 5
/** Two frames of sixty a second are the goal of a machine that does nothing else; this is for one that does twenty things. */
const FRAME_LIMIT_MS = 3_000
const FRAME_COUNT = 120
const SCROLLING_LIMIT_MS = 20_000
const STEP_PIXELS = 100
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
    if (String(path) !== '/v1/releases/armada/1.0.0' || answer.status !== 200) return answer
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

/** Milliseconds from frame to frame while the page is scrolled by six screens a second. */
const SCROLL = `new Promise((resolve) => {
  const gaps = []
  const began = performance.now()
  let last
  const step = (now) => {
    if (last !== undefined) gaps.push(now - last)
    last = now
    scrollBy(0, ${STEP_PIXELS})
    if (gaps.length < ${FRAME_COUNT} && now < began + ${SCROLLING_LIMIT_MS}) requestAnimationFrame(step)
    else resolve(gaps)
  }
  requestAnimationFrame(step)
})`

async function busyMsOf(tab: Tab): Promise<number> {
  const { metrics } = (await tab.send('Performance.getMetrics')) as {
    metrics: { name: string; value: number }[]
  }
  return metrics.find(({ name }) => name === 'TaskDuration')!.value * 1_000
}

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
    // Processor time of the page's own thread: how busy the machine is makes no difference to it.
    await tab.send('Performance.enable', { timeDomain: 'threadTicks' })
    const before = await busyMsOf(tab)
    const gaps = (await tab.evaluate(SCROLL)) as number[]
    const busyMs = (await busyMsOf(tab)) - before
    const sorted = gaps.toSorted((one, other) => one - other)
    const share = (part: number): number => sorted[Math.floor(part * (sorted.length - 1))]!
    t.diagnostic(
      `frames: p50 ${share(0.5).toFixed(1)} ms, p95 ${share(0.95).toFixed(1)} ms, longest ${share(1).toFixed(1)} ms, processor time of one ${(busyMs / gaps.length).toFixed(1)} ms; first drawn after ${Math.round(drawnMs)} ms; load ${loadavg()[0]!.toFixed(1)}`,
    )
    assert.ok(gaps.length > 10, `${gaps.length} frames`)
    assert.ok(share(0.95) < FRAME_LIMIT_MS, `p95 ${share(0.95)} ms`)
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
