// Finds and reads the test reports of a working copy: by their content, bounded in number and size, samples left out.
import type { CommandFiles } from '../client/index.ts'
import { readReport, summarizeReport } from '../formats/index.ts'
import { utf8Bytes } from '../kernel/index.ts'
import type { TestReport } from './test-figures.ts'

/** Files that are opened because their name may be that of a report. */
const CANDIDATE_LIMIT_FILES = 200
const REPORT_LIMIT_BYTES = 4 * 1024 * 1024
/** Of all candidates together. */
const TOTAL_LIMIT_CHARACTERS = 32 * 1024 * 1024

const MAY_BE_REPORT =
  /(?:junit|test|ctrf|result|report|surefire|tap)[^/]*\.(?:xml|json|tap)$|\.tap$/i
/** Folders whose reports are samples that a test reads, not the outcome of one. */
const SAMPLES =
  /(?:^|\/)(?:fixtures?|__fixtures__|examples?|samples?|testdata|vectors|mocks?|__mocks__)\//i

/** @param paths files below the folder */
export async function readTestReports(
  files: CommandFiles,
  folder: string,
  paths: readonly string[],
): Promise<TestReport[]> {
  const candidates = paths.filter((path) => MAY_BE_REPORT.test(path) && !SAMPLES.test(path))
  const found: TestReport[] = []
  let read = 0
  for (const path of candidates.slice(0, CANDIDATE_LIMIT_FILES)) {
    if (read >= TOTAL_LIMIT_CHARACTERS) break
    const text = await files.readText(files.resolve(folder, path), REPORT_LIMIT_BYTES)
    if (text === undefined) continue
    read += text.length
    const reading = readReport(utf8Bytes(text))
    if (!reading.ok || reading.report.doubts.length > 0) continue
    const { tests } = reading.report
    if (tests === undefined || tests.passed + tests.failed + tests.skipped === 0) continue
    const { passed, failed, skipped } = tests
    found.push({ path, passed, failed, skipped, summary: summarizeReport(reading.report)[0] ?? '' })
  }
  return found
}
