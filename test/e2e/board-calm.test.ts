// Nothing on the page of a release jumps while its run streams: what the browser counts as layout shift, on a wide page and on a narrow one.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { untilCalm } from '../board-keyboard.ts'
import { browse as browseAt, operatorKeyOf, viewKeyOf } from '../board-tab.ts'
import type { Reader } from '../board-tab.ts'
import { openWorkplace } from './command-line.ts'
import type { ServedFolder } from './command-line.ts'

const place = openWorkplace()
const LEGS = [1, 2, 3, 4, 5, 6]
const gate = (version: string, nth: number): string => join(place.folder, `go-${version}-${nth}`)
const SIZES = [
  { version: '1.0.0', width: 1280, height: 900 },
  { version: '2.0.0', width: 320, height: 700 },
]
/** All of it added up; a fifth of what is still called good (0.1). Lines within a list of reasons may make room for each other. */
const SHIFT_LIMIT = 0.02

/** Every second leg fails, so that reasons come and go while one looks. */
function writeChecklist(version: string): string {
  const legs = LEGS.map((nth) => {
    const script = `until test -e ${gate(version, nth)}; do sleep 0.1; done${nth % 2 === 0 ? '\n  test -e nowhere' : ''}`
    return `- [ ] **Leg ${nth}**\n  \`\`\`bash\n  ${script}\n  \`\`\`\n`
  })
  return `---\nservice: lighter\nversion: ${version}\n---\n# Lighter ${version}\n\n## Legs\n\n${legs.join('')}\n## Crew\n\n- [ ] **The rota is filled**\n  - **Rota filled:** ✅❌\n`
}

let served: ServedFolder

before(async () => {
  served = await place.serve()
})

after(async () => {
  // A run that the test gave up on ends by itself.
  for (const { version } of SIZES) for (const nth of LEGS) writeFileSync(gate(version, nth), '')
  await served.stop()
  place.remove()
})

const WATCH = `{
  globalThis.shifts = []
  new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries())
      shifts.push([value, sources.map(({ node, previousRect, currentRect }) =>
        [node?.outerHTML?.slice(0, 80) ?? node?.textContent, previousRect.top, currentRect.top])])
  }).observe({ type: 'layout-shift', buffered: false })
}`

function rowHas(title: string, word: string): string {
  return `[...document.querySelectorAll('summary')].some((each) => each.innerText.includes('${title}') && each.innerText.includes('${word}'))`
}

test(
  'nothing jumps while a run streams, neither on a wide page nor on a narrow one',
  browseAt(
    () => served.url,
    async (reader: Reader, t) => {
      const runner = openWorkplace(undefined, {
        SEAWORTHY_URL: served.url,
        SEAWORTHY_KEY: operatorKeyOf(place.dataFolder),
      })
      t.after(() => runner.remove())
      assert.equal((await runner.ask(['runner', 'enrol', 'here'])).exit, 0)
      for (const { version, width, height } of SIZES) {
        const checklist = place.write(`lighter-${version}.md`, writeChecklist(version))
        const asked = await runner.ask<{ confirm: { token: string } }>(['run', checklist])
        const run = runner.start([
          'run',
          checklist,
          '--confirm',
          asked.data.confirm.token,
          '--json',
        ])
        const size = { width, height, deviceScaleFactor: 1, mobile: false }
        await reader.tab.send('Emulation.setDeviceMetricsOverride', size)
        const key = viewKeyOf(place.dataFolder)
        await reader.open(`/#key=${key}`)
        await reader.shows(`lighter ${version}`)
        await reader.open(`/releases/lighter/${version}#key=${key}`)
        await reader.until(rowHas('Leg 1', 'Running'))
        await reader.shows('Live')
        await untilCalm(reader)
        await reader.tab.evaluate(WATCH)
        for (const nth of LEGS) {
          writeFileSync(gate(version, nth), '')
          await reader.until(rowHas(`Leg ${nth}`, nth % 2 === 0 ? 'Fail' : 'Pass'))
        }
        await run.ended
        await reader.until(`!document.body.innerText.includes('A run is going on')`)
        await untilCalm(reader)
        const shifts = (await reader.tab.evaluate('shifts')) as [number, unknown][]
        const sum = shifts.reduce((all, [value]) => all + value, 0)
        t.diagnostic(`${width} pixels: layout shift ${sum.toFixed(4)} in ${shifts.length} parts`)
        assert.ok(sum <= SHIFT_LIMIT, `${sum} at ${width} pixels: ${JSON.stringify(shifts)}`)
      }
    },
  ),
)
