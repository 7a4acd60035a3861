// R14: a file, branch, tag or workflow is missing, a file is not as long as said, or a test report counts otherwise.
import type { ClaimFinding } from './model.ts'
import { gitNamesOf, keyOf } from './git-names.ts'
import { findingOf } from './rule.ts'
import type { Asides, FindContradictions } from './rule.ts'
import type { Scene } from './scene.ts'
import { agrees, reportFor, testFiguresOf } from './test-figures.ts'
import { pointersOf } from './pointers.ts'
import { workflowNamesOf } from './workflow-names.ts'

const LINES = /\((\d[\d,]{0,9})(\+?)\s+lines?\)|\b(\d[\d,]{0,9})(\+?)[\s-]+lines?\b/i

export const findArtefactGaps: FindContradictions = (scene, asides) => [
  ...fileGaps(scene, asides),
  ...testGaps(scene, asides),
  ...gitGaps(scene, asides),
  ...workflowGaps(scene, asides),
]

/** Where something was merged to, or how it was tagged; other branches are deleted once they are merged. */
function gitGaps({ outline }: Scene, { git }: Asides): ClaimFinding[] {
  if (git === undefined) return []
  return outline.passages.flatMap((passage) => {
    const missing = gitNamesOf(outline, passage).filter(
      (each) =>
        (each.kind === 'target' || each.kind === 'tag') && git.get(keyOf(each)) === 'absent',
    )
    if (missing.length === 0) return []
    const named = missing.map(({ kind, name }) => `${kind === 'tag' ? 'tag' : 'branch'} “${name}”`)
    return [
      findingOf({
        rule: 'R14',
        verdict: 'CONTRADICTED',
        claim: passage,
        against: [passage],
        message: `The repository has no ${named.join(', ')}`,
      }),
    ]
  })
}

function workflowGaps({ outline }: Scene, { workflows }: Asides): ClaimFinding[] {
  if (workflows === undefined) return []
  return outline.passages.flatMap((passage) => {
    const missing = workflowNamesOf(outline, passage).filter((name) => !workflows.has(name))
    if (missing.length === 0) return []
    return [
      findingOf({
        rule: 'R14',
        verdict: 'CONTRADICTED',
        claim: passage,
        against: [passage],
        message: `No workflow of the repository is called ${missing.map((name) => `“${name}”`).join(', ')}`,
      }),
    ]
  })
}

/** Figures of tests that the test report in question does not have. */
function testGaps({ outline }: Scene, { tests = [] }: Asides): ClaimFinding[] {
  if (tests.length === 0) return []
  return outline.passages.flatMap((passage) => {
    const figures = testFiguresOf(outline, passage)
    const report = figures === undefined ? undefined : reportFor(passage, figures, tests)
    if (figures === undefined || report === undefined || agrees(figures, report)) return []
    const { path, summary, passed, failed, skipped } = report
    return [
      findingOf({
        rule: 'R14',
        verdict: 'CONTRADICTED',
        claim: passage,
        // A report counts as a whole; no line of it says so.
        against: [{ line: 1, text: summary }],
        document: path,
        message: `“${path}” counts ${passed} passed, ${failed} failed and ${skipped} skipped`,
      }),
    ]
  })
}

function fileGaps({ outline }: Scene, { files }: Asides): ClaimFinding[] {
  if (files === undefined) return []
  return outline.passages.flatMap((passage): ClaimFinding[] => {
    const paths = pointersOf(outline, passage)
    const missing = paths.filter((path) => files.get(path) === null)
    if (missing.length > 0) {
      return [
        findingOf({
          rule: 'R14',
          verdict: 'CONTRADICTED',
          claim: passage,
          against: [passage],
          message: `The repository has no ${missing.map((path) => `“${path}”`).join(', ')}`,
        }),
      ]
    }
    const said = LINES.exec(passage.text)
    const facts = paths.length === 1 ? files.get(paths[0]!) : undefined
    if (said === null || facts === undefined || facts?.lines === null || facts === null) return []
    const count = Number((said[1] ?? said[3])!.replaceAll(',', ''))
    const isAtLeast = (said[2] ?? said[4]) === '+'
    if (isAtLeast ? facts.lines >= count : facts.lines === count) return []
    return [
      findingOf({
        rule: 'R14',
        verdict: 'CONTRADICTED',
        claim: passage,
        against: [passage],
        message: `“${paths[0]}” has ${facts.lines} lines in the repository`,
      }),
    ]
  })
}
