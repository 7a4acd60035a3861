// Finds relative links of markdown files that lead nowhere, and merges that nobody finished.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const SKIPPED_FOLDERS = new Set(['node_modules', '.git', 'dist', '.seaworthy'])

/** Every markdown file below the root, as relative paths. */
export function listMarkdown(root: string): string[] {
  const found: string[] = []
  const visit = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.isDirectory() && !SKIPPED_FOLDERS.has(entry.name)) visit(path)
      else if (entry.isFile() && entry.name.endsWith('.md')) found.push(relative(root, path))
    }
  }
  visit(root)
  return found.toSorted()
}

export interface LinkReport {
  readonly linkCount: number
  readonly faults: readonly string[]
}

/** Checks that the file and, for markdown, the heading a link names exist. */
export function inspectLinks(root: string, paths: readonly string[]): LinkReport {
  let linkCount = 0
  const faults: string[] = []
  for (const path of paths) {
    const text = readFileSync(join(root, path), 'utf8')
    if (/^(?:<{7}|>{7}) /m.test(text)) faults.push(`${path}: an unfinished merge stands in it`)
    const prose = text.replaceAll(/^```[\s\S]*?^```/gm, '')
    for (const [, target] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (target === undefined || /^[a-z][a-z+.-]*:/.test(target)) continue
      linkCount += 1
      const [file = '', heading] = target.split('#')
      const full = file === '' ? join(root, path) : join(root, dirname(path), file)
      if (!existsSync(full)) faults.push(`${path}: ${target} leads to no file`)
      else if (heading !== undefined && !headingsOf(full).includes(heading))
        faults.push(`${path}: ${target} leads to no heading`)
    }
  }
  return { linkCount, faults }
}

/** Headings as GitHub spells them in addresses. */
function headingsOf(path: string): string[] {
  return [...readFileSync(path, 'utf8').matchAll(/^#{1,6} (.+)$/gm)].map(([, title]) =>
    (title ?? '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  )
}
