// Drafts of plans: checklists that a reader put aside before anything of them is pinned; they lie in this browser alone, and are shown to that reader.
import { boardFault } from './board-fault.ts'
import { currentPerson } from './session.ts'

/** What a reader says of a checklist beside its bytes; empty = as the document says. */
export interface DraftTerms {
  readonly service: string
  readonly version: string
  readonly environment: string
  /** What else is taken for gates. */
  readonly gates: readonly string[]
}

export interface Draft extends DraftTerms {
  readonly id: string
  /** Of the file. */
  readonly name: string
  readonly bytes: Uint8Array
  /** A plan file, which is read as it is, instead of a checklist. */
  readonly isPlan: boolean
  readonly savedAtMs: number
  /** The plan that was pinned from it; absent while none was. */
  readonly planHash?: string
}

export const NO_TERMS: DraftTerms = { service: '', version: '', environment: '', gates: [] }

/** Of its own, so that drafts and whatever else the board keeps never wait for each other. */
const DATABASE = 'seaworthy-drafts'
const STORE = 'drafts'
/** The oldest goes when another one comes. */
const KEPT_LIMIT_COUNT = 50

interface KeptDraft extends Draft {
  /** Whose it is. */
  readonly owner?: string
}

/** Of the reader, newest first. */
export async function listDrafts(): Promise<readonly Draft[]> {
  const all = (await withStore('readonly', (store) => store.getAll())) as KeptDraft[]
  return all.filter(isOwn).toSorted((one, other) => other.savedAtMs - one.savedAtMs)
}

export async function readDraft(id: string): Promise<Draft | undefined> {
  const found = (await withStore('readonly', (store) => store.get(id))) as KeptDraft | undefined
  return found !== undefined && isOwn(found) ? found : undefined
}

export async function saveDraft(draft: Draft): Promise<void> {
  const kept: KeptDraft = { ...draft, owner: currentOwner() }
  await withStore('readwrite', (store) => store.put(kept))
  const rest = (await listDrafts()).slice(KEPT_LIMIT_COUNT)
  for (const { id } of rest) await removeDraft(id)
}

export async function removeDraft(id: string): Promise<void> {
  await withStore('readwrite', (store) => store.delete(id))
}

function isOwn({ owner = KEY_HOLDERS }: KeptDraft): boolean {
  return owner === currentOwner()
}

/** Whoever comes with a key is nobody in particular. */
const KEY_HOLDERS = ''

function currentOwner(): string {
  const person = currentPerson()
  return person === undefined ? KEY_HOLDERS : JSON.stringify([person.tenant, person.id])
}

async function withStore(
  mode: IDBTransactionMode,
  use: (store: IDBObjectStore) => IDBRequest,
): Promise<unknown> {
  const database = await openDatabase()
  try {
    const transaction = database.transaction(STORE, mode)
    const request = use(transaction.objectStore(STORE))
    return await new Promise((resolve, reject) => {
      transaction.addEventListener('complete', () => resolve(request.result))
      transaction.addEventListener('abort', () => reject(unavailable(transaction.error)))
    })
  } finally {
    database.close()
  }
}

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1)
    opening.addEventListener('upgradeneeded', () => {
      opening.result.createObjectStore(STORE, { keyPath: 'id' })
    })
    opening.addEventListener('success', () => resolve(opening.result))
    opening.addEventListener('error', () => reject(unavailable(opening.error)))
  })
}

function unavailable(error: DOMException | null): Error {
  return boardFault(
    'BOARD_DRAFTS_UNAVAILABLE',
    `expected to keep drafts in this browser, got ${error?.message ?? 'no answer from it'}`,
  )
}
