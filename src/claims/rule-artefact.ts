// R14: a file that the report names is not in the repository, or is not as long as the report says.
import type { ClaimFinding } from './model.ts'
import { findingOf } from './rule.ts'
import type { FindContradictions } from './rule.ts'
import { pointersOf } from './pointers.ts'

const LINES = /\((\d[\d,]{0,9})(\+?)\s+lines?\)|\b(\d[\d,]{0,9})(\+?)[\s-]+lines?\b/i

export const findArtefactGaps: FindContradictions = ({ outline }, { files }) => {
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
