// Which address of the board shows what.

interface NamedRelease {
  readonly service: string
  readonly version: string
  /** Absent: its own. */
  readonly environment?: string
}

export type Place =
  | { readonly page: 'releases' }
  | ({ readonly page: 'release' } & NamedRelease)
  | ({ readonly page: 'report'; readonly kind: string } & NamedRelease)
  | { readonly page: 'evidence'; readonly digest: string }
  | { readonly page: 'import' }
  | { readonly page: 'draft'; readonly draftId: string }
  | { readonly page: 'plan'; readonly planHash: string }
  | { readonly page: 'ledger' }
  | { readonly page: 'entry'; readonly seq: number }
  | { readonly page: 'verify' }
  | { readonly page: 'claims' }
  | { readonly page: 'webhook'; readonly endpointId: string }
  | {
      readonly page:
        | 'webhooks'
        | 'jobs'
        | 'guards'
        | 'people'
        | 'runners'
        | 'audit'
        | 'settings'
        | 'confirm'
    }

/** Pages whose address is their name. */
const PLAIN = [
  { page: 'verify' },
  { page: 'claims' },
  { page: 'webhooks' },
  { page: 'jobs' },
  { page: 'guards' },
  { page: 'people' },
  { page: 'runners' },
  { page: 'audit' },
  { page: 'settings' },
  { page: 'confirm' },
] as const satisfies readonly Place[]

const ENTRY_NUMBER = /^(?:0|[1-9][0-9]{0,15})$/

/** Undefined where nothing is shown. The server answers the same addresses and no others. */
export function placeOf(path: string): Place | undefined {
  const parts = path
    .replace(/^\/|\/$/g, '')
    .split('/')
    .map(decoded)
  const [first = '', second, third] = parts
  if (first === '') return { page: 'releases' }
  if (first === 'releases' && second !== undefined && third !== undefined)
    return placeOfRelease({ service: second, version: third }, parts.slice(3))
  if (first === 'evidence' && second !== undefined) return { page: 'evidence', digest: second }
  if (first === 'import' || (first === 'plans' && second === undefined))
    return second === undefined ? { page: 'import' } : { page: 'draft', draftId: second }
  if (first === 'plans' && second !== undefined) return { page: 'plan', planHash: second }
  if (first === 'ledger' && second === undefined) return { page: 'ledger' }
  if (first === 'ledger' && ENTRY_NUMBER.test(second ?? ''))
    return { page: 'entry', seq: Number(second) }
  if (first === 'webhooks' && second !== undefined) return { page: 'webhook', endpointId: second }
  return PLAIN.find(({ page }) => page === first)
}

/** `in/ENVIRONMENT`, `reports/KIND`, both in this order, or nothing. */
function placeOfRelease(
  release: NamedRelease,
  [word, name, ...rest]: readonly string[],
): Place | undefined {
  if (word === undefined) return { page: 'release', ...release }
  if (name === undefined) return undefined
  if (word === 'in' && release.environment === undefined)
    return placeOfRelease({ ...release, environment: name }, rest)
  return word === 'reports' ? { page: 'report', ...release, kind: name } : undefined
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    // A broken escape names nothing; it is shown as it came.
    return part
  }
}
