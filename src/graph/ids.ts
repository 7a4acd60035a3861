// Global ids of the graph: what a thing is and what names it in its tenant; opaque, and no secret.
import { utf8Bytes, utf8Text } from '../kernel/index.ts'

/** How many names each kind of thing has. */
const NAME_COUNTS = { Release: 3, Gate: 4, Evidence: 1, Statement: 1, Entry: 1 } as const

export type NodeKind = keyof typeof NAME_COUNTS

export interface NodeName {
  readonly kind: NodeKind
  readonly names: readonly string[]
}

const ID_LIMIT_CHARACTERS = 4_000

export function idOf(kind: NodeKind, ...names: readonly string[]): string {
  return Buffer.from(utf8Bytes(JSON.stringify([kind, ...names]))).toString('base64url')
}

/** Undefined for what `idOf` never gave. */
export function readId(id: string): NodeName | undefined {
  if (id.length > ID_LIMIT_CHARACTERS) return undefined
  const parts = readParts(id)
  const [kind, ...names] = parts ?? []
  if (!isKind(kind) || names.length !== NAME_COUNTS[kind]) return undefined
  return idOf(kind, ...names) === id ? { kind, names } : undefined
}

function isKind(word: string | undefined): word is NodeKind {
  return word !== undefined && Object.hasOwn(NAME_COUNTS, word)
}

function readParts(id: string): readonly string[] | undefined {
  try {
    const read: unknown = JSON.parse(utf8Text(Buffer.from(id, 'base64url')))
    return Array.isArray(read) && read.every((each) => typeof each === 'string') ? read : undefined
  } catch {
    // Somebody made it up: it names nothing.
    return undefined
  }
}
