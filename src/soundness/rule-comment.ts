// Rule about steps and expectations that exist only as comments.
import type { Finding } from './block.ts'
import type { LintContext } from './lint-context.ts'
import { makeFinding } from './lint-context.ts'

const STEP =
  /^(?:then |now |next |finally |and )?(?:monitor|watch|observe|wait|verify|check|confirm|ensure|validate|restart|test|review|compare|inspect|look|make sure|repeat|roll back|rollback|deploy|notify|manually|run|open|ask)\b/i
const EXPECTATION =
  /^(?:expect(?:ed|s)?\b|should (?:be|return|print|show|see|output|exit)\b|must (?:be|return|print|show)\b|=>|→|output should\b)/i

interface SourceLine {
  readonly text: string
  readonly offset: number
  readonly kind: 'blank' | 'comment' | 'command'
}

/**
 * A comment introduces the command below it. One with no command directly below, after a command or at the end
 * of the block, is a step nobody takes.
 */
export function findCommentSteps(context: LintContext): readonly Finding[] {
  const findings: Finding[] = []
  const comments = new Map(context.comments.map((comment) => [comment.offset, comment.text]))
  const lines = splitLines(context.source, comments)
  for (const [i, line] of lines.entries()) {
    if (line.kind !== 'comment' || lines[i + 1]?.kind === 'comment') continue
    const text = line.text
    const rest = lines.slice(i + 1).filter(({ kind }) => kind !== 'blank')
    const isFollowed = lines[i + 1]?.kind === 'command'
    const isStranded =
      lines[i - 1]?.kind === 'command' || rest.every(({ kind }) => kind !== 'command')
    if (EXPECTATION.test(text) && !isFollowed) {
      findings.push(
        makeFinding(
          context.block,
          'comment-only-step',
          line.offset,
          `the expectation "${shorten(text)}" is only a comment`,
        ),
      )
    } else if (STEP.test(text) && !isFollowed) {
      findings.push(
        makeFinding(
          context.block,
          'comment-only-step',
          line.offset,
          `the step "${shorten(text)}" is only a comment`,
          isStranded ? 'error' : 'warning',
        ),
      )
    }
  }
  return findings
}

function splitLines(source: string, comments: ReadonlyMap<number, string>): readonly SourceLine[] {
  let offset = 0
  return source.split('\n').map((text) => {
    const start = offset + (text.length - text.trimStart().length)
    offset += text.length + 1
    const comment = comments.get(start)
    if (comment !== undefined) return { text: comment, offset: start, kind: 'comment' }
    return { text, offset: start, kind: text.trim() === '' ? 'blank' : 'command' }
  })
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
