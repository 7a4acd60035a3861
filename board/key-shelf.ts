// Where a browser holds a person's signing key: one for each account, in IndexedDB, which only pages of this server can open.
import type { HeldKey } from '../src/release/browser.ts'

const DATABASE = 'seaworthy'
const STORE = 'signing-keys'

/** Whose key it is; a browser may know people of several tenants. */
export interface KeyOwner {
  readonly tenant: string
  /** Of the account. */
  readonly id: string
}

/** Why this browser can hold no key; undefined where it can. */
export async function shelfTrouble(): Promise<string | undefined> {
  if (!globalThis.isSecureContext)
    return 'The page came over plain HTTP, and browsers sign on https and localhost alone.'
  try {
    await onShelf('readonly', (store) => store.count())
    return undefined
  } catch (thrown) {
    return `The browser keeps nothing for this page: ${wordsOf(thrown)}.`
  }
}

export function findKey(owner: KeyOwner): Promise<HeldKey | undefined> {
  return onShelf('readonly', (store): IDBRequest<HeldKey | undefined> => store.get(placeOf(owner)))
}

/** The first one stays: two tabs that make a key at once end up with the same. @returns which one lies there now */
export async function keepKey(owner: KeyOwner, made: HeldKey): Promise<HeldKey> {
  try {
    await onShelf('readwrite', (store) => store.add(made, placeOf(owner)))
    return made
  } catch (thrown) {
    const there = await findKey(owner)
    if (there === undefined) throw thrown
    return there
  }
}

export async function dropKey(owner: KeyOwner): Promise<void> {
  await onShelf('readwrite', (store) => store.delete(placeOf(owner)))
}

function placeOf({ tenant, id }: KeyOwner): string[] {
  return [tenant, id]
}

/** Settled once the transaction is: what it wrote is there. */
async function onShelf<T>(
  mode: IDBTransactionMode,
  use: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await openShelf()
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(STORE, mode)
      const request = use(transaction.objectStore(STORE))
      const fail = (): void => reject(transaction.error ?? request.error ?? new Error('cut off'))
      transaction.addEventListener('complete', () => resolve(request.result))
      transaction.addEventListener('abort', fail)
      transaction.addEventListener('error', fail)
    })
  } finally {
    database.close()
  }
}

function openShelf(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1)
    opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore(STORE))
    opening.addEventListener('success', () => resolve(opening.result))
    opening.addEventListener('error', () => reject(opening.error ?? new Error('it did not open')))
  })
}

function wordsOf(thrown: unknown): string {
  return (thrown instanceof Error ? thrown.message : String(thrown)).replace(/\.$/, '')
}
