// Judges the source tree by the rules of the house; `node tools/tidy.ts` prints what it read and what it found.
import { fileURLToPath } from 'node:url'
import * as files from './tidy/file-rules.ts'
import * as imports from './tidy/import-rules.ts'
import * as sql from './tidy/sql-rules.ts'
import { readProject, readTree } from './tidy/project.ts'
import type { Finding, Project, Tree } from './tidy/project.ts'

export interface TidyReport {
  readonly findings: readonly Finding[]
  readonly fileCount: number
  readonly importCount: number
  readonly testCount: number
  readonly statementCount: number
}

const RULES: readonly ((project: Project) => Finding[])[] = [
  imports.findFloorFaults,
  imports.findSideDoorFaults,
  imports.findHostFaults,
  imports.findImpureImports,
  imports.findBoardFaults,
  imports.findCircles,
  imports.findUnreachable,
  files.findNameFaults,
  files.findSizeFaults,
  files.findMissingOpenings,
  files.findAmbientReads,
  files.findTypeHoles,
  files.findTestFaults,
  files.findRepeatedFunctions,
  files.findRoomFaults,
  files.findStrayBarrels,
  files.findOversizedRooms,
  sql.findTableFaults,
  sql.findAmbientSql,
]

/** Runs every rule over the tree. Reading less than `floors.json` expects is itself a finding. */
export function inspectTree(tree: Tree): TidyReport {
  const project = readProject(tree)
  const every = [...project.facts.values()]
  const fileCount = every.length
  const importCount = every.reduce((sum, { imports: found }) => sum + found.length, 0)
  const expected = project.floors.expectedAtLeast
  const findings = RULES.flatMap((rule) => rule(project))
  if (fileCount < expected.files || importCount < expected.imports) {
    findings.push({
      rule: 'input',
      path: 'src/floors.json',
      line: 1,
      text: `read ${fileCount} files with ${importCount} imports, expected at least ${expected.files} with ${expected.imports}`,
    })
  }
  return {
    findings,
    fileCount,
    importCount,
    testCount: every.reduce((sum, { testNames }) => sum + testNames.length, 0),
    statementCount: sql.countStatements(project),
  }
}

/** What was read, then one line per finding. */
export function renderTidy(report: TidyReport): string {
  const { fileCount, importCount, testCount, statementCount, findings } = report
  const read = `read ${fileCount} files, ${importCount} imports, ${testCount} test names, ${statementCount} SQL texts`
  const lines = findings.map(({ rule, path, line, text }) => `${path}:${line}  ${rule}: ${text}`)
  return [...lines.toSorted(), `${read}; ${findings.length} findings`].join('\n')
}

if (import.meta.main) {
  const report = inspectTree(readTree(fileURLToPath(new URL('..', import.meta.url))))
  process.stdout.write(`${renderTidy(report)}\n`)
  process.exitCode = report.findings.length === 0 ? 0 : 1
}
