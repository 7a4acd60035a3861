// Rules about text that a block writes: variables that stay literal, results that were typed in.
import type { Finding } from './block.ts'
import type { LintContext } from './lint-context.ts'
import { makeFinding } from './lint-context.ts'
import type { Redirection } from './shell-model.ts'
import type { PlacedCommand } from './shell-view.ts'
import { shownWord, writesFile } from './shell-view.ts'

/** Files that hold facts; a quoted heredoc into a script is right to keep its variables. */
const FACT_FILE = /\.(?:ya?ml|json|jsonl|txt|md|toml|xml|csv|env|ini|conf|properties|html)$/i
const EXPANSION = /\$(?:\{|\(|[A-Za-z_])/

export function findLiteralVariables(context: LintContext): readonly Finding[] {
  const findings: Finding[] = []
  for (const { placed, heredoc, file } of heredocsOf(context)) {
    const { body } = heredoc
    const name = placed.argv[0] ?? ''
    if (body === undefined || !body.isQuoted || (name !== 'cat' && name !== 'tee')) continue
    const hit = EXPANSION.exec(body.text)
    if (hit === null || file === undefined) continue
    const isFact = FACT_FILE.test(file)
    if (!isFact && /\.[a-z0-9]+$/i.test(file)) continue
    const message = `the quoted delimiter keeps ${namedExpansion(body.text, hit.index)} as it stands in ${file}`
    findings.push(
      makeFinding(
        context.block,
        'quoted-heredoc-with-vars',
        heredoc.offset,
        message,
        isFact ? 'error' : 'warning',
      ),
    )
  }
  return findings
}

function namedExpansion(text: string, index: number): string {
  return (
    /^\$(?:\([^)\n]{0,40}\)?|\{?[A-Za-z_][A-Za-z0-9_]*\}?)/.exec(text.slice(index))?.[0] ?? '$…'
  )
}

const CLAIM =
  /^\s*(?:-\s*)?["']?([A-Za-z0-9_.-]*(?:verified|passed|valid|approved|signed|success|successful|clean|compliant|complete|completed|healthy|status|result)[A-Za-z0-9_.-]*)["']?\s*[:=]\s*["']?(?:true|yes|ok|pass|passed|success|valid|verified|approved|green)["']?\s*,?\s*$/i

export function findSelfAssertedResults(context: LintContext): readonly Finding[] {
  const findings: Finding[] = []
  for (const { heredoc, file } of heredocsOf(context)) {
    if (heredoc.body === undefined || file === undefined) continue
    const finding = firstClaim(context, heredoc.body.text, heredoc.body.offset, file)
    if (finding !== undefined) findings.push(finding)
  }
  for (const { argv, command } of context.commands) {
    const target = command.redirections.find(writesFile)?.target
    if (target === undefined || (argv[0] !== 'echo' && argv[0] !== 'printf')) continue
    const finding = firstClaim(
      context,
      argv
        .slice(1)
        .join(' ')
        .replace(/^[{\s]+|[}\s]+$/g, ''),
      command.offset,
      shownWord(target),
      true,
    )
    if (finding !== undefined) findings.push(finding)
  }
  return findings
}

function firstClaim(
  context: LintContext,
  text: string,
  offset: number,
  file: string,
  isOneLine = false,
): Finding | undefined {
  let at = 0
  let found: { key: string; offset: number } | undefined
  let count = 0
  for (const line of text.split('\n')) {
    const key = CLAIM.exec(line)?.[1]
    if (key !== undefined) {
      count++
      found ??= {
        key,
        offset: isOneLine ? offset : offset + at + (line.length - line.trimStart().length),
      }
    }
    at += line.length + 1
  }
  if (found === undefined) return undefined
  const others = count > 1 ? ` and ${count - 1} more` : ''
  return makeFinding(
    context.block,
    'self-asserted-manifest',
    found.offset,
    `"${found.key}"${others} is typed into ${file}, not computed from a check`,
  )
}

function heredocsOf(
  context: LintContext,
): readonly { placed: PlacedCommand; heredoc: Redirection; file: string | undefined }[] {
  return context.commands.flatMap((placed) =>
    placed.command.redirections
      .filter(({ body }) => body !== undefined)
      .map((heredoc) => ({ placed, heredoc, file: fileWritten(placed) })),
  )
}

function fileWritten({ command, argv }: PlacedCommand): string | undefined {
  const target = command.redirections.find(writesFile)?.target
  if (target !== undefined) return shownWord(target)
  return argv[0] === 'tee' ? argv.slice(1).find((word) => !word.startsWith('-')) : undefined
}
