// The report files of a check: which paths a plan may name, and which files of a capture each stands for.
import type { Capture, CapturedReport } from './model.ts'
import type { PlanGate } from './plan-model.ts'
import { shownText } from './shown-text.ts'

/** Paths of report files that one check may name. */
export const REPORT_COUNT_LIMIT = 50
const PATH_LENGTH_LIMIT = 500
/** Paths with a star in one plan; each is held against every other path. */
const STAR_COUNT_LIMIT = 200

/** Name of the evidence that holds a report file. */
export function reportStreamName(path: string): string {
  return `report:${path}`
}

/** The paths that the check names; in a file name, `*` stands for any characters. */
export function reportPathsOf(gate: PlanGate): readonly string[] {
  return gate.check.type === 'command' ? (gate.check.reports ?? []) : []
}

/** Whether a file is one that the path stands for: the same folder, and a name that fits. Linear in the name. */
export function matchesReportPath(path: string, file: string): boolean {
  const slash = path.lastIndexOf('/') + 1
  if (file.lastIndexOf('/') + 1 !== slash || file.slice(0, slash) !== path.slice(0, slash))
    return false
  const name = file.slice(slash)
  const [head = '', ...rest] = path.slice(slash).split('*')
  const tail = rest.pop()
  if (tail === undefined) return name === head
  if (!name.startsWith(head)) return false
  let at = head.length
  for (const piece of rest) {
    const found = name.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return name.length - tail.length >= at && name.endsWith(tail)
}

/** Whether one file could be what both paths stand for. */
function overlapReportPaths(left: string, right: string): boolean {
  if (!right.includes('*')) return matchesReportPath(left, right)
  if (!left.includes('*')) return matchesReportPath(right, left)
  // Both have stars: names that begin and end as both ask for can be made, whatever stands between.
  const begins = [left, right].map((path) => path.slice(0, path.indexOf('*')))
  const ends = [left, right].map((path) => path.slice(path.lastIndexOf('*') + 1))
  const isOne = ([a = '', b = '']: readonly string[], fits: (x: string, y: string) => boolean) =>
    fits(a, b) || fits(b, a)
  return (
    left.lastIndexOf('/') === right.lastIndexOf('/') &&
    isOne(begins, (long, short) => long.startsWith(short)) &&
    isOne(ends, (long, short) => long.endsWith(short))
  )
}

/** Why the report paths of different gates do not go together; exact paths that are named twice are found elsewhere. */
export function sharedReportProblem(gates: readonly PlanGate[]): string | undefined {
  const named = gates.flatMap((gate) => reportPathsOf(gate).map((path) => ({ gate, path })))
  const stars = named.filter(({ path }) => path.includes('*'))
  if (stars.length > STAR_COUNT_LIMIT)
    return `expected at most ${STAR_COUNT_LIMIT} report paths with a star, got ${stars.length}`
  for (const star of stars) {
    const other = named.find(
      ({ gate, path }) => gate !== star.gate && overlapReportPaths(star.path, path),
    )
    if (other !== undefined)
      return `expected each report file to be of one gate, got ${shownText(star.path)} of ${shownText(star.gate.id)} and ${shownText(other.path)} of ${shownText(other.gate.id)}`
  }
  return undefined
}

/** What the capture says of every report that the check names; a path of which it says nothing is a problem of its own. */
export function reportFilesOf(gate: PlanGate, capture: Capture): readonly CapturedReport[] {
  const captured = capture.kind === 'command' ? (capture.reports ?? []) : []
  const files = reportPathsOf(gate).flatMap((path) => {
    const own = captured.filter((each) => each.path === path || matchesReportPath(path, each.path))
    return own.length > 0
      ? own
      : [{ path, problem: `the capture says nothing of the report ${path}` }]
  })
  // A file that two of the paths stand for counts once.
  return [...new Map(files.map((each) => [each.path, each])).values()]
}

/** What is wrong with the report files that a check names, if anything. */
export function reportPathsProblem(gate: PlanGate): string | undefined {
  const paths = reportPathsOf(gate)
  if (paths.length > REPORT_COUNT_LIMIT)
    return `names ${paths.length} reports, at most ${REPORT_COUNT_LIMIT} are kept`
  if (new Set(paths).size !== paths.length) return 'names a report twice'
  const odd = paths.find((path) => path.length > PATH_LENGTH_LIMIT || !isInsidePath(path))
  return odd === undefined
    ? undefined
    : `names the report ${JSON.stringify(odd.slice(0, 80))}, which is no path inside the workspace`
}

/** Relative, with `/`, without `.`, `..`, empty segments and backslashes; `*` in the file name only. */
function isInsidePath(path: string): boolean {
  const parts = path.split('/')
  return parts.every(
    (part, index) =>
      part !== '' &&
      part !== '.' &&
      part !== '..' &&
      !/[\\\p{Cc}]/u.test(part) &&
      (index === parts.length - 1 || !part.includes('*')),
  )
}
