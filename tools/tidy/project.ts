// A source tree in memory with the facts of each file, so that the rules can be fed a real tree or a planted one.
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { readFacts } from './facts.ts'
import type { FileFacts, ImportFact } from './facts.ts'

/** `src/floors.json`: the rules that are data. */
export interface Floors {
  readonly floors: readonly { readonly floor: number; readonly rooms: readonly string[] }[]
  /** Rooms without packages and without `node:` modules. */
  readonly pure: readonly string[]
  readonly noPackages: readonly string[]
  /** Files, relative to `src`, that bind a pure room to Node; they may be imported beside the front door. */
  readonly nodeEntries: readonly string[]
  readonly onlyAppImports: readonly string[]
  /** The second front door of a slice, for `app` alone, so that help does not load every slice. */
  readonly commandFace: string
  /** What the code of the web board may enter besides its own files. */
  readonly board: { readonly doors: readonly string[]; readonly packages: readonly string[] }
  /** Tables a room owns without its prefix. */
  readonly tables: Readonly<Record<string, readonly string[]>>
  /** Reading less than this means the reader is broken, not that the house is clean. */
  readonly expectedAtLeast: { readonly files: number; readonly imports: number }
}

/** Path relative to the root, with `/`, to text. */
export type Tree = ReadonlyMap<string, string>

export interface Project {
  readonly tree: Tree
  readonly floors: Floors
  /** Facts of each TypeScript and JavaScript file. */
  readonly facts: ReadonlyMap<string, FileFacts>
}

export interface Finding {
  readonly rule: string
  readonly path: string
  readonly line: number
  readonly text: string
}

/** An import of another file of the tree; `target` is a path of the tree. */
export interface Arrow {
  readonly from: string
  readonly target: string
  readonly line: number
}

const READ_FOLDERS = ['src', 'board', 'test', 'tools', 'bin', 'bench', 'examples']
const SKIPPED_FOLDERS = new Set(['node_modules', 'dist', '.seaworthy'])
const SOURCE_FILE = /\.[jt]sx?$/
const READ_FILE = /\.(?:[jt]sx?|sql|json|md)$/
export const TEST_FILE = /\.(?:db\.)?(?:test|contract)\.ts$/

/** Reads the folders that hold code; a folder that does not exist yet is empty. */
export function readTree(root: string): Tree {
  const tree = new Map<string, string>()
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory() && !SKIPPED_FOLDERS.has(entry.name)) visit(path)
      else if (entry.isFile() && READ_FILE.test(entry.name))
        tree.set(path, readFileSync(join(root, path), 'utf8'))
    }
  }
  const present = new Set(readdirSync(root))
  for (const folder of READ_FOLDERS) if (present.has(folder)) visit(folder)
  return tree
}

/** Parses every source file of the tree once. */
export function readProject(tree: Tree): Project {
  const floorsText = tree.get('src/floors.json')
  if (floorsText === undefined) throw new Error('expected src/floors.json in the tree, found none')
  const floors: Floors = JSON.parse(floorsText)
  const facts = new Map<string, FileFacts>()
  for (const [path, text] of tree)
    if (SOURCE_FILE.test(path)) facts.set(path, readFacts(path, text))
  return { tree, floors, facts }
}

/** The room a path belongs to: `src/ledger/store.ts` → `ledger`, `src/main.ts` → `main.ts`; undefined outside `src`. */
export function roomOf(path: string): string | undefined {
  const [top, room] = path.split('/')
  return top === 'src' ? room : undefined
}

/** Code of the web board, which runs in a browser. */
export function isBoard(path: string): boolean {
  return path.startsWith('board/') && SOURCE_FILE.test(path)
}

/** Code that ships: in `src` and no test. */
export function isProduct(path: string): boolean {
  return path.startsWith('src/') && SOURCE_FILE.test(path) && !TEST_FILE.test(path)
}

export function isNodeEntry(project: Project, path: string): boolean {
  return project.floors.nodeEntries.some((entry) => path === `src/${entry}`)
}

/** The path an import means, whether or not such a file exists; undefined for packages and `node:` modules. */
export function targetOf(from: string, fact: ImportFact): string | undefined {
  if (!fact.specifier.startsWith('.')) return undefined
  return posix.join(posix.dirname(from), fact.specifier)
}

/** Imports between files of the tree. */
export function arrowsOf(project: Project): Arrow[] {
  const arrows: Arrow[] = []
  for (const [from, { imports }] of project.facts) {
    for (const fact of imports) {
      const target = targetOf(from, fact)
      if (target !== undefined && project.facts.has(target))
        arrows.push({ from, target, line: fact.line })
    }
  }
  return arrows
}
