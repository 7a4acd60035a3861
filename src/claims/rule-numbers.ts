// R3: sums, averages, shares and counts that the document's own figures do not bear out.
import type { ClaimFinding } from './model.ts'
import type { Passage } from './passages.ts'
import { findingOf } from './rule.ts'
import type { FindContradictions } from './rule.ts'
import type { Scene } from './scene.ts'
import { filesIn } from './subject.ts'
import { findTableFaults } from './table-totals.ts'
import { isForWhole } from './place.ts'

const SHARE =
  /(\d{1,6})\s?(?:\/|of|von|sur|de)\s?(\d{1,6})\b[^\d.;|]{0,20}\(\s?(\d{1,3}(?:\.\d{1,3})?)\s?%\s?\)/giu
const SUM =
  /(?<![\d.,+*/-])(\d[\d,]{0,12}(?:\s?\+\s?\d[\d,]{0,12}){1,8})\s?=\s?(\d[\d,]{0,12})(?![\d.,%])/g
const TESTS =
  /(\d[\d,]{0,9})\s+(?:unit |integration |e2e |end-to-end )?tests?\s?\(([^()]{1,120})\)/i
const OUTCOME =
  /(\d[\d,]{0,9})\s+(passed|passing|skipped|failed|failing|errors?|pending|todo|xfailed)\b/gi
const COUNTED_HEADING = /\((\d{1,4})\s+\p{L}[\p{L} -]{1,30}\)\s*$/u
const LINES_OF_FILE = /\((\d[\d,]{0,9})\s+lines?\)/i
const SIMPLE_TOTAL = /(\d[\d,]{0,9})\s+(?:unit )?tests?\s+(?:passing|passed)\b/i

export const findNumberFaults: FindContradictions = (scene) => [
  ...scene.outline.passages.flatMap((passage) => ownArithmetic(passage)),
  ...countedHeadings(scene),
  ...findTableFaults(scene.outline.passages),
  ...repeatedFigures(scene),
  ...suitesBesideTotals(scene),
]

function numberOf(text: string): number {
  return Number(text.replaceAll(',', ''))
}

function wrong(claim: Passage, against: readonly Passage[], message: string): ClaimFinding {
  return findingOf({ rule: 'R3', verdict: 'CONTRADICTED', claim, against, message })
}

/** Figures that one sentence sets beside each other. */
function ownArithmetic(passage: Passage): ClaimFinding[] {
  const { text } = passage
  if (!/\d/.test(text)) return []
  const found: ClaimFinding[] = []
  for (const [shown, part, whole, percent] of text.matchAll(SHARE)) {
    const exact = (100 * Number(part)) / Number(whole)
    if (Number(part) <= Number(whole) && Math.abs(exact - Number(percent)) > 1)
      found.push(
        wrong(passage, [passage], `“${shown}”: ${part} of ${whole} is ${exact.toFixed(1)} %`),
      )
  }
  for (const [shown, terms, total] of text.matchAll(SUM)) {
    const sum = terms!.split('+').reduce((all, term) => all + numberOf(term.trim()), 0)
    if (sum !== numberOf(total!))
      found.push(wrong(passage, [passage], `“${shown}”: the sum is ${sum}`))
  }
  const suite = suiteOf(passage)
  if (suite?.parts !== undefined && suite.parts !== suite.total)
    found.push(
      wrong(
        passage,
        [passage],
        `${suite.total} tests are said to be ${suite.parts} in their parts`,
      ),
    )
  return found
}

interface Suite {
  readonly total: number
  readonly passed: number
  /** Sum of the parts in parentheses, when they are all figures. */
  readonly parts?: number
}

function suiteOf({ text }: Passage): Suite | undefined {
  const match = TESTS.exec(text)
  if (match === null) return undefined
  const total = numberOf(match[1]!)
  const inside = match[2]!
  if (/^all (?:passing|passed|green)$/i.test(inside.trim())) return { total, passed: total }
  const outcomes = [...inside.matchAll(OUTCOME)]
  if (outcomes.length === 0 || outcomes.length !== inside.split(',').length) return undefined
  const parts = outcomes.reduce((sum, [, count]) => sum + numberOf(count!), 0)
  const passed = outcomes.find(([, , word]) => /^pass/i.test(word!))
  return { total, passed: passed === undefined ? 0 : numberOf(passed[1]!), parts }
}

/** "Documentation (7 files)" over a list of another length. */
function countedHeadings({ outline }: Scene): ClaimFinding[] {
  return outline.sections.flatMap((section) => {
    const match = COUNTED_HEADING.exec(section.title)
    if (match === null) return []
    const inside = outline.passages.slice(section.passage + 1, section.end)
    if (inside.some(({ kind, section: own }) => kind !== 'item' || own !== section.index)) return []
    const items = inside.filter((item) => item.isLead && item.parent === undefined)
    if (items.length === 0 || items.length === Number(match[1])) return []
    const claim = outline.passages[section.passage]!
    const message = `The heading counts ${match[1]}, the list below it has ${items.length}`
    return [wrong(claim, [items.at(-1)!], message)]
  })
}

/** One file with two lengths, one total of tests with two values. */
function repeatedFigures({ outline }: Scene): ClaimFinding[] {
  const known = new Map<string, { value: number; passage: Passage }>()
  const found: ClaimFinding[] = []
  const see = (key: string, value: number, passage: Passage): void => {
    const earlier = known.get(key)
    if (earlier === undefined) known.set(key, { value, passage })
    else if (earlier.value !== value)
      found.push(
        wrong(earlier.passage, [passage], `The same figure is ${earlier.value} and ${value}`),
      )
  }
  for (const passage of outline.passages) {
    const lines = LINES_OF_FILE.exec(passage.text)
    const files = lines === null ? [] : filesIn(passage.text)
    if (lines !== null && files.length === 1) see(`lines ${files[0]}`, numberOf(lines[1]!), passage)
    const tests = SIMPLE_TOTAL.exec(passage.text)
    if (tests !== null && passage.label === undefined && isForWhole(outline, passage))
      see(`tests ${/unit/i.test(tests[0]) ? 'unit' : 'all'}`, numberOf(tests[1]!), passage)
  }
  return found
}

/** A total of tests beside named suites: a note, since nobody said that these are all of them. */
function suitesBesideTotals({ outline }: Scene): ClaimFinding[] {
  const suites = outline.passages.flatMap((passage) => {
    const suite = filesIn(passage.text).length > 0 ? suiteOf(passage) : undefined
    return suite === undefined ? [] : [{ passage, ...suite }]
  })
  if (suites.length < 2) return []
  const passed = suites.reduce((sum, suite) => sum + suite.passed, 0)
  const stated = outline.passages.filter(
    (passage) => passage.kind !== 'row' && isTotalOfTests(passage) !== undefined,
  )
  const wrongTotals = stated.filter((passage) => isTotalOfTests(passage) !== passed)
  return wrongTotals.map((claim) =>
    findingOf({
      rule: 'R3',
      level: 'note',
      verdict: 'WEAK',
      claim,
      against: suites.map(({ passage }) => passage),
      message: `${isTotalOfTests(claim)} tests are said to pass; the suites that are named add up to ${passed}, and nothing says whether these are all`,
    }),
  )
}

function isTotalOfTests({ text }: Passage): number | undefined {
  if (TESTS.test(text) || filesIn(text).length > 0) return undefined
  const total = SIMPLE_TOTAL.exec(text) ?? /(\d[\d,]{0,9})\s+passed,/i.exec(text)
  return total === null ? undefined : numberOf(total[1]!)
}
