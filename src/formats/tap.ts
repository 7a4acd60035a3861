// TAP 13 and 14 (testanything.org): test points are counted where they have no subtests, plans compared.
import { ReportMismatch, TestTally } from './report.ts'
import type { Report } from './report.ts'

/** Subtests inside each other at most. */
const SUBTEST_DEPTH_LIMIT = 64
/** Lines before the version, as a package manager prints them. */
const PREAMBLE_LIMIT = 100
const INDENT = 4
const DOUBT_LIMIT = 5

const VERSION = /^TAP version (1[34])\s*$/
const PLAN = /^1\.\.([0-9]{1,9})\b/
const POINT = /^(not )?ok\b(?:[ \t]+([0-9]{1,9}))?(.*)$/

/** One series of test points with its plan. */
interface Level {
  planned: number | undefined
  points: number
  readonly ids: Set<number>
  readonly failedBefore: number
}

/** Whether the text begins as TAP does, after at most a hundred lines of something else. */
export function looksLikeTap(text: string): boolean {
  return startOfTap(text) >= 0
}

/** Where the version line, or a plan in the first line, stands; -1 when there is neither. */
function startOfTap(text: string): number {
  let at = 0
  for (let line = 0; line < PREAMBLE_LIMIT && at < text.length; line++) {
    const found = text.indexOf('\n', at)
    const end = found < 0 ? text.length : found
    const content = text.slice(at, Math.min(end, at + 80)).trimEnd()
    if (VERSION.test(content)) return at
    // Without a version only a text that begins with a plan is taken for TAP: "ok" begins many a sentence.
    if (line === 0 && PLAN.test(content)) return 0
    at = end + 1
  }
  return -1
}

/** @throws ReportMismatch for a text that ends within a diagnostic block; a missing plan is a doubt */
export function readTap(text: string): Report {
  const reader = new TapReader()
  const start = startOfTap(text)
  const version = VERSION.exec(
    text
      .slice(start, start + 80)
      .split('\n', 1)[0]!
      .trimEnd(),
  )?.[1]
  let block: string | undefined
  for (const raw of text.slice(start).split('\n')) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw
    const indent = line.length - line.trimStart().length
    const content = line.slice(indent)
    if (block !== undefined) {
      if (line === block) block = undefined
    } else if (/^---[ \t]*$/.test(content)) block = `${line.slice(0, indent)}...`
    else if (indent % INDENT === 0) reader.take(content, indent / INDENT)
  }
  if (block !== undefined)
    throw new ReportMismatch('expected the end of a diagnostic block, got the end of the text')
  reader.finish()
  return {
    format: 'tap',
    ...(version === undefined ? {} : { version }),
    doubts: reader.doubts,
    tests: reader.tally.outcomes(),
  }
}

class TapReader {
  readonly tally = new TestTally()
  readonly doubts: string[] = []
  readonly #levels: Level[] = []

  take(content: string, depth: number): void {
    const plan = PLAN.exec(content)
    const point = plan === null ? POINT.exec(content) : null
    if (plan === null && point === null) {
      // A bail-out counts at any depth: whatever was to come did not run.
      if (content.startsWith('Bail out!'))
        this.#doubt(`the run bailed out: ${content.slice(9, 120).trim()}`)
      return
    }
    if (depth > SUBTEST_DEPTH_LIMIT)
      throw new ReportMismatch(`expected at most ${SUBTEST_DEPTH_LIMIT} levels of subtests`)
    const children = this.#closeBelow(depth)
    const level = this.#levelAt(depth)
    if (plan !== null) {
      if (level.planned !== undefined) this.#doubt('a plan is given twice')
      level.planned = Number(plan[1])
      return
    }
    level.points++
    this.#count(level, point!, children)
  }

  finish(): void {
    if (this.#levels.length === 0) throw new ReportMismatch('expected a plan or a test, got none')
    this.#closeBelow(-1)
  }

  /** What was counted in subtests that end here; undefined when there were none. */
  #closeBelow(depth: number): { readonly failed: number } | undefined {
    let failed: number | undefined
    while (this.#levels.length > depth + 1) {
      const level = this.#levels.pop()
      if (level === undefined) break
      if (level.points === 0 && level.planned === undefined) continue
      if (level.planned === undefined)
        this.#doubt('a plan is missing: the report may have been cut')
      else if (level.planned !== level.points)
        this.#doubt(`a plan of ${level.planned} tests, and ${level.points} of them reported`)
      failed = this.tally.failed - level.failedBefore
    }
    return failed === undefined ? undefined : { failed }
  }

  #levelAt(depth: number): Level {
    while (this.#levels.length <= depth) {
      this.#levels.push({
        planned: undefined,
        points: 0,
        ids: new Set(),
        failedBefore: this.tally.failed,
      })
    }
    return this.#levels[depth]!
  }

  #count(
    level: Level,
    point: RegExpExecArray,
    children: { readonly failed: number } | undefined,
  ): void {
    const [, not, number, rest = ''] = point
    const id = number === undefined ? level.points : Number(number)
    if (level.ids.has(id)) this.#doubt(`test ${id} is reported twice`)
    level.ids.add(id)
    const mark = directiveAt(rest)
    const directive = mark === undefined ? undefined : rest.slice(mark).toLowerCase()
    const name = rest
      .slice(0, mark)
      .replace(/^\s*-?\s*/, '')
      .trimEnd()
    const isTodo = directive !== undefined && /^#\s*todo/.test(directive)
    if (not !== undefined && !isTodo) {
      // A test whose subtests explain its failure is their sum, not one more.
      if (children === undefined || children.failed === 0)
        this.tally.fail(name, children !== undefined)
    } else if (children !== undefined) return
    else if (not !== undefined || directive !== undefined) this.tally.skip()
    else this.tally.pass()
  }

  #doubt(text: string): void {
    if (this.doubts.length < DOUBT_LIMIT) this.doubts.push(text)
  }
}

/** Where `# SKIP` or `# TODO` begins; an escaped `\#` is part of the name. */
function directiveAt(rest: string): number | undefined {
  for (let at = rest.indexOf('#'); at >= 0; at = rest.indexOf('#', at + 1)) {
    if (rest[at - 1] !== '\\' && /^#\s{0,4}(?:skip|todo)/i.test(rest.slice(at, at + 9))) return at
  }
  return undefined
}
