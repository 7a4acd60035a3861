// Writes the generated reference pages; with --check it compares them with the files and judges links and commands.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { renderArchitecture } from './docs/architecture.ts'
import { renderChecksPage } from './docs/checks.ts'
import { renderClaimRulesPage } from '../src/claims/index.ts'
import { renderRunEvents } from './docs/run-events.ts'
import { renderPlanReference, renderSchemas } from './docs/plan-file.ts'
import { findUnknownCommands, readCommands, renderCommands } from './docs/commands.ts'
import { findCodeFaults, readCodeRows, renderErrors } from './docs/errors.ts'
import { inspectLinks, listMarkdown } from './docs/links.ts'
import { readProject, readTree } from './tidy/project.ts'

/** Documents whose commands a reader will type. */
const TAUGHT = ['README.md', 'CONTRIBUTING.md']

export interface DocsReport {
  /** Generated text by path. */
  readonly pages: ReadonlyMap<string, string>
  readonly codeCount: number
  readonly linkCount: number
  readonly faults: readonly string[]
}

export async function inspectDocs(root: string): Promise<DocsReport> {
  const project = readProject(readTree(root))
  const codes = await readCodeRows(project, root)
  const commands = await readCommands(root)
  const pages = new Map([
    ['docs/architecture.md', renderArchitecture(project)],
    ['docs/errors.md', renderErrors(codes)],
    ['docs/checks.md', renderChecksPage()],
    ['docs/claims-rules.md', renderClaimRulesPage()],
    ['docs/plan-file.md', renderPlanReference()],
    ['docs/run-events.md', renderRunEvents()],
    ...renderSchemas(),
    ...(commands === undefined ? [] : [['docs/cli.md', renderCommands(commands)] as const]),
  ])
  const stale = [...pages]
    .filter(
      ([path, text]) =>
        !existsSync(join(root, path)) || readFileSync(join(root, path), 'utf8') !== text,
    )
    .map(([path]) => `${path} is not what npm run docs writes`)
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  )
  const known = commands ?? { rows: [], globals: [] }
  const taught = TAUGHT.map((path) => [path, readFileSync(join(root, path), 'utf8')] as const)
  const unknown = [...taught, ...pages].flatMap(([path, text]) =>
    findUnknownCommands(text, Object.keys(scripts), known).map(
      (command) => `${path}: ${command} is no command`,
    ),
  )
  const links = inspectLinks(root, listMarkdown(root))
  return {
    pages,
    codeCount: codes.length,
    linkCount: links.linkCount,
    faults: [...stale, ...findCodeFaults(project, codes), ...unknown, ...links.faults],
  }
}

export function renderDocsReport({ pages, codeCount, linkCount, faults }: DocsReport): string {
  const read = `read ${codeCount} error codes, ${linkCount} links, ${pages.size} generated pages; ${faults.length} faults`
  return [...faults, read].join('\n')
}

if (import.meta.main) {
  const root = fileURLToPath(new URL('..', import.meta.url))
  if (!process.argv.includes('--check')) {
    for (const [path, text] of (await inspectDocs(root)).pages) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
  }
  const report = await inspectDocs(root)
  process.stdout.write(`${renderDocsReport(report)}\n`)
  process.exitCode = report.faults.length === 0 ? 0 : 1
}
