// Figures of tests that a sentence states ("31 passed, 3 skipped"), held against test reports of a working copy.
import type { Passage } from './passages.ts'
import { isSetApart } from './place.ts'
import type { Outline } from './passages.ts'
import { filesIn } from './subject.ts'

/** A test report of the working copy that counts tests and has no doubts about its own numbers. */
export interface TestReport {
  readonly path: string
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** One line for people. */
  readonly summary: string
}

/** What a sentence says of tests; a figure that it leaves out is absent. */
export interface TestFigures {
  readonly passed: number
  readonly failed?: number
  readonly skipped?: number
  readonly total?: number
  /** Says which suite or part is meant, so that only a named report can differ from it. */
  readonly isPart: boolean
}

const OUTCOME =
  /(\d[\d,]{0,9})\s+(?:(?:[a-z-]{1,20}\s+)?tests?\s+)?(passed|passing|failed|failing|skipped)\b/gi
const OF_TOTAL = /(\d[\d,]{0,9})\s+(?:of|out of)\s+(\d[\d,]{0,9})\s+tests?\s+(?:passed|passing)\b/i
const TOTAL = /(\d[\d,]{0,9})\s+tests?\b(?! (?:passed|passing|failed|failing|skipped))/i
const PART =
  /\b(?:unit|integration|e2e|end-to-end|smoke|contract|api|ui|acceptance|regression|load|security|suites?|module|package|new|added|first|earlier|previous|before|was|were)\b/i

/** Undefined where no number of passed tests is asserted. */
export function testFiguresOf(outline: Outline, passage: Passage): TestFigures | undefined {
  const { text, tags, kind } = passage
  if (kind === 'row' || kind === 'heading' || !/pass/i.test(text)) return undefined
  if (tags.has('future') || tags.has('condition') || tags.has('negation') || tags.has('expected'))
    return undefined
  if (passage.box === 'open' || passage.glyph === 'open' || isSetApart(outline, passage))
    return undefined
  const isPart = PART.test(text) || isOneOfSeveral(outline, passage)
  const share = OF_TOTAL.exec(text)
  if (share !== null) return { passed: numberOf(share[1]!), total: numberOf(share[2]!), isPart }
  const said = new Map<string, number>()
  for (const [, count, word] of text.matchAll(OUTCOME)) {
    const outcome = word!.slice(0, 4).toLowerCase()
    // Two figures for one outcome speak of two suites.
    if (said.has(outcome)) return undefined
    said.set(outcome, numberOf(count!))
  }
  const [passed, failed, skipped] = ['pass', 'fail', 'skip'].map((word) => said.get(word))
  if (passed === undefined || (said.size < 2 && !/\btests?\b/i.test(text))) return undefined
  const total = TOTAL.exec(text)
  return {
    passed,
    ...(failed === undefined ? {} : { failed }),
    ...(skipped === undefined ? {} : { skipped }),
    ...(total === null ? {} : { total: numberOf(total[1]!) }),
    isPart,
  }
}

/** Whether another sentence of the same line has figures too: then each is about a part. */
function isOneOfSeveral({ passages }: Outline, { index, line }: Passage): boolean {
  return [passages[index - 1], passages[index + 1]].some(
    (next) => next?.line === line && /\d\s+(?:tests?\s+)?pass/i.test(next.text),
  )
}

/** The report that a sentence is to be held against: the one that it names, else the only one there is. */
export function reportFor(
  passage: Passage,
  figures: TestFigures,
  reports: readonly TestReport[],
): TestReport | undefined {
  const names = [...passage.codes, ...filesIn(passage.text)]
  const named = reports.filter(({ path }) =>
    names.some((name) => path === name.replace(/^\.\//, '') || path.endsWith(`/${name}`)),
  )
  if (named.length > 0) return named.length === 1 ? named[0] : undefined
  // A sentence that names another file, or one suite of several, is not about whatever report happens to be there.
  return names.length === 0 && !figures.isPart && reports.length === 1 ? reports[0] : undefined
}

export function agrees(figures: TestFigures, report: TestReport): boolean {
  const { passed, failed, skipped, total } = figures
  return (
    passed === report.passed &&
    (failed ?? report.failed) === report.failed &&
    (skipped ?? report.skipped) === report.skipped &&
    (total === undefined || total === report.passed + report.failed + report.skipped)
  )
}

/** Whether a report of the working copy, or all of them together, have exactly the figures of the sentence. */
export function isBorneOutByTests(
  outline: Outline,
  passage: Passage,
  reports: readonly TestReport[],
): boolean {
  const figures = reports.length === 0 ? undefined : testFiguresOf(outline, passage)
  if (figures === undefined) return false
  const one = reportFor(passage, figures, reports)
  if (one !== undefined) return agrees(figures, one)
  // Of several reports only a whole account is believed: one figure alone agrees too easily.
  const isWhole =
    figures.skipped !== undefined || figures.failed !== undefined || figures.total !== undefined
  if (!isWhole || filesIn(passage.text).length > 0) return false
  return reports.some((report) => agrees(figures, report)) || agrees(figures, sumOf(reports))
}

function sumOf(reports: readonly TestReport[]): TestReport {
  const sum = (of: 'passed' | 'failed' | 'skipped'): number =>
    reports.reduce((all, report) => all + report[of], 0)
  return {
    path: '',
    summary: '',
    passed: sum('passed'),
    failed: sum('failed'),
    skipped: sum('skipped'),
  }
}

function numberOf(text: string): number {
  return Number(text.replaceAll(',', ''))
}
