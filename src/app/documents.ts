// What anybody may read of a server without a key: its API's description and its public keys.
import type { ServiceTokens } from '../identity/index.ts'
import type { ErrorTable, Slice } from '../kernel/index.ts'
import { platformErrors, systemDigest } from '../platform/index.ts'
import type { OpenDocument, ReferenceTerms } from '../web/index.ts'
import { appErrors } from './errors.ts'

/** What `/openapi.json` and `/docs` are made from. */
export function describeServer(slices: readonly Slice[], version: string): ReferenceTerms {
  return { version, errors: everyError(slices), digest: systemDigest }
}

export function makeOpenDocuments(tokens: Pick<ServiceTokens, 'jwks'>): readonly OpenDocument[] {
  return [
    {
      path: '/.well-known/jwks.json',
      summary: 'Public keys that service tokens verify with (RFC 7517)',
      read: () => tokens.jwks(),
    },
  ]
}

/** Every code that an answer may bear: those of the slices, of the edge and of what stands under them. */
function everyError(slices: readonly Slice[]): ErrorTable {
  const tables = slices.flatMap(({ errors }) => (errors === undefined ? [] : [errors]))
  return Object.assign({}, platformErrors, appErrors, ...tables) as ErrorTable
}
