// Walks a page with the Tab key alone, as somebody without a mouse would: every stop in order, each seen, and out at the end.
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import type { Reader } from './board-tab.ts'

/** More presses than any page needs; a page that takes as many holds the reader fast. */
const PRESS_LIMIT_COUNT = 400

/** What the keyboard has to reach, in the order in which it is read; of a group of radio buttons one. Chromium does not stop at a sandboxed frame without links. */
const STOPS = `(() => {
  const isGroupStop = (it) => it.type !== 'radio' || it.checked ||
    ![...document.getElementsByName(it.name)].some((other) => other.checked)
  return [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
    .filter((it) => !it.disabled && it.tabIndex >= 0 && it.checkVisibility() && isGroupStop(it))
})()`

/** Where the focus is: which stop of the page, of how many, and whether somebody who looks can tell. */
const HERE = `(() => {
  const stops = ${STOPS}
  const it = document.activeElement
  if (it === document.body || it === null) return { at: -1, count: stops.length }
  const isMarked = [it, it.closest('label'), it.parentElement].some((near) => {
    if (near === null) return false
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(near)
    return (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none'
  })
  const { top, bottom, left, right } = it.getBoundingClientRect()
  const isInSight = bottom > 0 && top < innerHeight && right > 0 && left < innerWidth
  const name = it.tagName + ' ' + (it.getAttribute('aria-label') ?? it.innerText ?? it.name ?? '').slice(0, 60)
  return { at: stops.indexOf(it), count: stops.length, name, isMarked, isInSight }
})()`

interface Here {
  /** -1 = outside the page. */
  readonly at: number
  readonly count: number
  readonly name?: string
  readonly isMarked?: boolean
  readonly isInSight?: boolean
}

/** What tells one state of a page from another: its stops by their places and words. */
const SIGHT = `${STOPS}.map((it) => it.tagName + ' ' + (it.getAttribute('href') ?? it.name ?? '') + ' ' + it.innerText).join('\\n')`
/** A page is whole once its stops stay the same for so many looks. */
const CALM_LOOKS_COUNT = 10
const LOOK_MS = 100
/** A list that is drawn anew under the walk is walked again. */
const WALK_LIMIT_COUNT = 3

/** Waits until nothing of the page comes any more. */
export async function untilCalm({ tab, until }: Pick<Reader, 'tab' | 'until'>): Promise<void> {
  await until(`!document.querySelector('main').textContent.includes('Loading ')`)
  let last: unknown
  for (let calm = 0; calm < CALM_LOOKS_COUNT;) {
    const now = await tab.evaluate(SIGHT)
    calm = now === last ? calm + 1 : 0
    last = now
    await pause(LOOK_MS)
  }
}

/** @param page named where something is wrong; @returns how many stops it has */
export async function walkByKeyboard(reader: Reader, page: string): Promise<number> {
  for (let walked = 1; ; walked++) {
    await untilCalm(reader)
    const before = await reader.tab.evaluate(SIGHT)
    try {
      return await walk(reader, page)
    } catch (error) {
      const isSame = (await reader.tab.evaluate(SIGHT)) === before
      if (isSame || walked === WALK_LIMIT_COUNT) throw error
    }
  }
}

async function walk({ tab, press }: Reader, page: string): Promise<number> {
  await tab.evaluate(`(() => {
    scrollTo(0, 0)
    document.body.tabIndex = -1
    document.body.focus()
    document.body.removeAttribute('tabindex')
  })()`)
  const seen: number[] = []
  let count = 0
  for (let pressed = 0; ; pressed++) {
    assert.ok(
      pressed < PRESS_LIMIT_COUNT,
      `${page}: the keyboard does not get out, last at stop ${seen.at(-1)}`,
    )
    await press('Tab')
    const here = (await tab.evaluate(HERE)) as Here
    count = here.count
    if (here.at === -1 && here.name === undefined) break
    // A field of dates has stops of its own within.
    if (here.at === seen.at(-1)) continue
    if (here.at === 0 && seen.length > 0) break
    assert.ok(here.isMarked === true, `${page}: focus is not to be seen on ${here.name}`)
    assert.ok(here.isInSight === true, `${page}: focus is out of sight on ${here.name}`)
    seen.push(here.at)
  }
  // The link that skips to the page lies over others while it has the focus.
  await tab.evaluate('document.activeElement?.blur()')
  const missed = await tab.evaluate(
    `${STOPS}.filter((_, nth) => !${JSON.stringify(seen)}.includes(nth)).map((it) => it.outerHTML.slice(0, 200))`,
  )
  assert.deepEqual(missed, [], `${page}: every stop is reached`)
  const read = Array.from({ length: count }, (_, nth) => nth)
  assert.deepEqual(seen, read, `${page}: stops come in the order in which they are read`)
  return count
}
