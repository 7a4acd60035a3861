// Writes a release's documents where a person finds them: the filled checklist and the reports, as Markdown and HTML.
import { bytesOfBase64, hexOf, utf8Bytes } from '../kernel/index.ts'
import type { Digest } from '../kernel/index.ts'
import type { CommandContext } from '../client/index.ts'
import { REPORT_KINDS } from '../report/index.ts'
import type { ShownWhere } from './documents.ts'
import { releaseFault } from './errors.ts'
import type { ReleaseKey } from './store.ts'

export interface ReportChoice {
  /** Absent: where results are written. */
  readonly folder: string | undefined
  /** Absent: the release report and the filled checklist. */
  readonly kind: string | undefined
}

/** What `--kind` takes beside the reports. */
const CHECKLIST = 'checklist'
const ALL = 'all'

/** Writes the reports that were asked for. @returns paths by name @throws RELEASE_REPORT_UNKNOWN */
export async function writeReports(
  context: CommandContext,
  release: ReleaseKey,
  choice: ReportChoice,
): Promise<Readonly<Record<string, string>>> {
  const { kind, folder } = choice
  if (kind === undefined) return writeDocuments(context, release, folder)
  const kinds = kind === ALL ? REPORT_KINDS : REPORT_KINDS.filter((known) => known === kind)
  if (kinds.length === 0 && kind !== CHECKLIST) {
    throw releaseFault(
      'RELEASE_REPORT_UNKNOWN',
      `expected one of ${[...REPORT_KINDS, CHECKLIST, ALL].join(', ')}, got ${JSON.stringify(kind.slice(0, 60))}`,
    )
  }
  const paths: Record<string, string> = {}
  for (const each of kinds) {
    const report = await context.client.call<ShownWhere & { markdown: string; html: string }>(
      'GET',
      routeOf(release, `/reports/${each}`),
    )
    // The release report has had its name since before there were others.
    const suffix = each === 'decision' ? 'report' : each
    paths[suffix] = await write(
      context,
      named(release, report),
      folder,
      `${suffix}.md`,
      report.markdown,
    )
    paths[`${suffix}Html`] = await write(
      context,
      named(release, report),
      folder,
      `${suffix}.html`,
      report.html,
    )
  }
  if (kind === CHECKLIST || kind === ALL) {
    const { filled, ...where } = await readDocuments(context, release)
    const name = named(release, where)
    if (filled !== null) paths['filled'] = await writeFilled(context, name, folder, filled)
    else if (kind === CHECKLIST) throw noChecklist()
  }
  return paths
}

/** Writes filled checklist and release report; used after a run and a decision too. @returns paths by name */
export async function writeDocuments(
  context: CommandContext,
  release: ReleaseKey,
  folder?: string,
): Promise<Readonly<Record<string, string>>> {
  const documents = await readDocuments(context, release)
  const { reportMarkdown, reportHtml, filled } = documents
  const name = named(release, documents)
  const paths: Record<string, string> = {
    report: await write(context, name, folder, 'report.md', reportMarkdown),
    reportHtml: await write(context, name, folder, 'report.html', reportHtml),
  }
  if (filled !== null) paths['filled'] = await writeFilled(context, name, folder, filled)
  return paths
}

/** Where the API has something of the release, in the environment that it names. @param rest begins with `/` */
export function routeOf(
  { service, version, environment }: ReleaseKey,
  rest = '',
  terms: Readonly<Record<string, string>> = {},
): string {
  const query = new URLSearchParams(environment === undefined ? terms : { ...terms, environment })
  const path = `/v1/releases/${encodeURIComponent(service)}/${encodeURIComponent(version)}${rest}`
  return query.size === 0 ? path : `${path}?${query.toString()}`
}

export function renderPaths(paths: Readonly<Record<string, string>>): string {
  return Object.entries(paths)
    .map(([name, path]) => `  ${name}: ${path}`)
    .join('\n')
}

/** What names files of a release: nothing of another environment takes the place of what is of its own. */
export function named(
  { service, version }: ReleaseKey,
  { environment, ownEnvironment }: ShownWhere,
): readonly string[] {
  return [service, version, ...(environment === ownEnvironment ? [] : [environment])]
}

/** Safe as a file name on every system; a name that had to be changed carries a mark of what it was. */
export function fileStem(digest: Digest, names: readonly string[]): string {
  const safe = names.map((text) => text.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+/, ''))
  const [first = '', ...rest] = safe
  const stem = [first || 'release', ...rest].join('-')
  if (stem === names.join('-')) return stem
  const mark = hexOf(digest.sha256(utf8Bytes(JSON.stringify(names))))
  return `${stem}-${mark.slice(0, 8)}`
}

interface DocumentsAnswer extends ShownWhere {
  readonly filled: string | null
  readonly reportMarkdown: string
  readonly reportHtml: string
}

function readDocuments(context: CommandContext, release: ReleaseKey): Promise<DocumentsAnswer> {
  return context.client.call<DocumentsAnswer>('GET', routeOf(release, '/documents'))
}

function writeFilled(
  context: CommandContext,
  names: readonly string[],
  folder: string | undefined,
  filled: string,
): Promise<string> {
  return write(context, names, folder, 'checklist.md', bytesOfBase64(filled))
}

async function write(
  context: CommandContext,
  names: readonly string[],
  folder: string | undefined,
  suffix: string,
  content: string | Uint8Array,
): Promise<string> {
  const { files, ports } = context
  const path = files.resolve(
    folder ?? files.outputFolder,
    `${fileStem(ports.digest, names)}.${suffix}`,
  )
  await files.write(path, typeof content === 'string' ? utf8Bytes(content) : content)
  return path
}

function noChecklist(): Error {
  return releaseFault(
    'RELEASE_CHECKLIST_MISSING',
    'expected a plan made from a stored checklist, got one that came without',
  )
}
