// JUnit XML, as its many dialects write it (surefire, pytest, jest, gtest, node:test): cases are counted, totals compared.
import { ReportMismatch, TestTally } from './report.ts'
import type { Report } from './report.ts'
import { walkXml } from './xml.ts'
import type { XmlAttributes, XmlHandler } from './xml.ts'

/** Doubts kept; more say nothing new. */
const DOUBT_LIMIT = 5

interface Suite {
  readonly name: string
  readonly declared: { readonly tests?: number; readonly broken?: number }
  /** Cases and suites directly inside; cases at any depth. */
  directCases: number
  directSuites: number
  allCases: number
  brokenCases: number
}

interface Case {
  readonly name: string
  outcome: 'passed' | 'failed' | 'errored' | 'skipped'
  isFlaky: boolean
  /** Still to be done: node:test writes what is wrong with it, and does not count that as a failure. */
  isTodo: boolean
}

/**
 * One `testsuites` or `testsuite`. What is declared as `tests` must be the number of cases inside, directly or at any depth
 * (node:test counts suites among them); `failures` and `errors` may not say none where there are some, nor the other way round.
 * @throws ReportMismatch
 */
export function readJunit(text: string): Report {
  const reader = new JunitReader()
  walkXml(text, reader)
  return { format: 'junit', doubts: reader.doubts, tests: reader.tally.outcomes() }
}

class JunitReader implements XmlHandler {
  readonly tally = new TestTally()
  readonly doubts: string[] = []
  readonly #suites: Suite[] = []
  #case: Case | undefined
  /** Levels below a case or another element whose content is not read. */
  #ignoredDepth = 0

  open(name: string, attributes: XmlAttributes, depth: number): void {
    if (depth === 0 && name !== 'testsuites' && name !== 'testsuite')
      throw new ReportMismatch(`expected testsuites or testsuite, got ${name.slice(0, 60)}`)
    if (this.#ignoredDepth > 0) this.#ignoredDepth++
    else if (this.#case !== undefined) {
      markCase(this.#case, name, attributes)
      this.#ignoredDepth = 1
    } else if (name === 'testsuites' || name === 'testsuite') this.#openSuite(name, attributes)
    else if (name === 'testcase') this.#openCase(attributes)
    else {
      this.#markSuite(name)
      this.#ignoredDepth = 1
    }
  }

  close(name: string): void {
    if (this.#ignoredDepth > 0) this.#ignoredDepth--
    else if (name === 'testcase') this.#closeCase()
    else this.#closeSuite()
  }

  #openSuite(name: string, attributes: XmlAttributes): void {
    const parent = this.#suites.at(-1)
    if (parent !== undefined) parent.directSuites++
    const tests = countOf(attributes, 'tests')
    const failures = countOf(attributes, 'failures')
    const errors = countOf(attributes, 'errors')
    const broken =
      failures === undefined && errors === undefined ? undefined : (failures ?? 0) + (errors ?? 0)
    this.#suites.push({
      name: attributes.get('name') ?? name,
      declared: {
        ...(tests === undefined ? {} : { tests }),
        ...(broken === undefined ? {} : { broken }),
      },
      directCases: 0,
      directSuites: 0,
      allCases: 0,
      brokenCases: 0,
    })
  }

  #openCase(attributes: XmlAttributes): void {
    const suite = this.#suites.at(-1)
    if (suite === undefined) throw new ReportMismatch('expected a testsuite around each testcase')
    suite.directCases++
    // GoogleTest marks disabled tests by their attributes only.
    const isUnrun = attributes.get('status') === 'notrun' || attributes.get('result') === 'skipped'
    const className = attributes.get('classname')
    const name = attributes.get('name') ?? 'a test without a name'
    this.#case = {
      name: className === undefined || className === '' ? name : `${className} › ${name}`,
      outcome: isUnrun ? 'skipped' : 'passed',
      isFlaky: false,
      isTodo: false,
    }
  }

  /** A failure beside the cases, as of a hook that broke, is a failure of the suite. */
  #markSuite(name: string): void {
    const suite = this.#suites.at(-1)
    if (suite === undefined || (name !== 'failure' && name !== 'error')) return
    this.tally.fail(suite.name, true)
    for (const each of this.#suites) each.brokenCases++
  }

  #closeCase(): void {
    const test = this.#case
    if (test === undefined) return
    this.#case = undefined
    const isBroken = test.outcome === 'failed' || test.outcome === 'errored'
    if (isBroken && !test.isTodo) this.tally.fail(test.name, test.outcome === 'errored')
    else if (isBroken || test.outcome === 'skipped') this.tally.skip()
    else this.tally.pass(test.isFlaky)
    for (const suite of this.#suites) {
      suite.allCases++
      if (isBroken) suite.brokenCases++
    }
  }

  #closeSuite(): void {
    const suite = this.#suites.pop()
    if (suite === undefined || this.doubts.length >= DOUBT_LIMIT) return
    const { tests, broken } = suite.declared
    const counted = [suite.allCases, suite.directCases, suite.directCases + suite.directSuites]
    const name = suite.name.slice(0, 60)
    if (tests !== undefined && !counted.includes(tests))
      this.doubts.push(`${name} declares ${tests} tests and holds ${suite.allCases}`)
    else if (broken !== undefined && broken > 0 !== suite.brokenCases > 0)
      this.doubts.push(`${name} declares ${broken} failures and holds ${suite.brokenCases}`)
  }
}

function markCase(test: Case, name: string, attributes: XmlAttributes): void {
  if (name === 'error') test.outcome = 'errored'
  else if (name === 'failure') test.outcome = test.outcome === 'errored' ? 'errored' : 'failed'
  else if (name === 'flakyFailure' || name === 'flakyError') test.isFlaky = true
  else if (name === 'skipped') {
    test.isTodo ||= attributes.get('type') === 'todo'
    if (test.outcome === 'passed') test.outcome = 'skipped'
  }
}

function countOf(attributes: XmlAttributes, name: string): number | undefined {
  const text = attributes.get(name)
  if (text === undefined || text === '') return undefined
  // Some tools pad or write 3.0; anything but a plain count would have to be guessed.
  if (!/^[0-9]{1,9}$/.test(text.trim()))
    throw new ReportMismatch(
      `expected a whole number from 0 as ${name}, got ${JSON.stringify(text.slice(0, 20))}`,
    )
  return Number(text)
}
