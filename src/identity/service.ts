// Registers principals and finds them by the key that signed.
import { contentDigest } from '../kernel/index.ts'
import type { Clock, Digest, Principal, SignatureVerifier, Sql, SqlTx } from '../kernel/index.ts'
import type { StatementKind } from '../proof/index.ts'
import type { Ledger } from '../ledger/index.ts'
import { lockLimits, selectAccount } from './account/store.ts'
import { identityFault } from './errors.ts'
import { assertP256, principalIdOf, registrationPayload } from './model.ts'
import type { PrincipalKind, RegisteredPrincipal } from './model.ts'
import { revokeInTx } from './revocation.ts'
import { openSignedStatement } from './signed-statement.ts'
import type { OpenedStatement } from './signed-statement.ts'
import {
  countPrincipals,
  insertPrincipal,
  lockPrincipalById,
  lockRegistrations,
  lockSpeaker,
  selectSpeaker,
  PRINCIPAL_LIMIT,
  selectPersonNamed,
  selectPrincipalByKey,
  selectPrincipals,
} from './store.ts'
import type { RowPage } from '../web/index.ts'

export interface Registration {
  readonly kind: PrincipalKind
  readonly displayName: string
  readonly roles: readonly string[]
  /** SubjectPublicKeyInfo of an ECDSA P-256 key, DER. */
  readonly publicKey: Uint8Array
}

/** Whose word a signature is: ids alone. */
export interface Speaker {
  readonly person: string
  /** Absent where the key is no account's. */
  readonly account?: string
}

export interface Identity {
  /** Registering the same key with the same facts again is no change. @throws IDENTITY_KEY_TAKEN otherwise; IDENTITY_FULL */
  register(tenantId: string, registration: Registration): Promise<RegisteredPrincipal>
  findByKey(tenantId: string, keyId: string): Promise<RegisteredPrincipal | undefined>
  /** By id; everybody, or one page. */
  list(tenantId: string, page?: RowPage): Promise<readonly RegisteredPrincipal[]>
  /** Revoking again is no change. @throws IDENTITY_UNKNOWN; IDENTITY_KEY_TAKEN for the control plane's own key */
  revoke(
    tenantId: string,
    actor: string,
    principalId: string,
    reason: string,
  ): Promise<RegisteredPrincipal>
  /**
   * To be asked in the transaction that records what a key signed; what it answers stands in the ledger's fact.
   * @param environment what the word is about; null where it is about every one, which an account with a limit says nothing of
   * @throws IDENTITY_REVOKED, IDENTITY_SIGNER_LIMITED
   */
  assertInForce(
    tx: SqlTx,
    tenantId: string,
    principalId: string,
    environment: string | null,
  ): Promise<Speaker>
  /**
   * Whoever signed in speaks for themselves alone: the key that signed has to be one of their account's. Callers with keys hand on what others signed.
   * To be asked in the transaction that records it. @throws IDENTITY_SIGNER_FOREIGN
   */
  assertOwnWord(tx: SqlTx, caller: Principal, signer: RegisteredPrincipal): Promise<void>
  /** @throws IDENTITY_STATEMENT_REFUSED unless a registered key of one of `signerKinds` signed this kind of statement. */
  openStatement<K extends StatementKind>(
    tenantId: string,
    envelope: Uint8Array,
    kind: K,
    signerKinds: readonly PrincipalKind[],
  ): Promise<OpenedStatement<K>>
}

/** Principals kept in memory at most; the next one empties the shelf. */
const KNOWN_PRINCIPAL_LIMIT = 1_000

export function makeIdentity(ports: {
  readonly sql: Sql
  readonly clock: Clock
  readonly digest: Digest
  readonly verifier: SignatureVerifier
  readonly ledger: Ledger
}): Identity {
  const { sql, clock, digest, ledger } = ports
  // Of a principal only its revocation and its account ever change, and those are never taken from here: see assertInForce.
  const known = new Map<string, RegisteredPrincipal>()
  const findByKey = async (
    tenantId: string,
    keyId: string,
  ): Promise<RegisteredPrincipal | undefined> => {
    const at = JSON.stringify([tenantId, keyId])
    const kept = known.get(at)
    if (kept !== undefined) return kept
    const found = await sql.transaction({ tenantId }, (tx) =>
      selectPrincipalByKey(tx, tenantId, keyId),
    )
    if (found === undefined) return undefined
    if (known.size >= KNOWN_PRINCIPAL_LIMIT) known.clear()
    known.set(at, found)
    return found
  }
  return {
    async register(tenantId, registration) {
      assertP256(registration.publicKey)
      const keyId = contentDigest(digest.sha256(registration.publicKey)).slice('sha256:'.length)
      const ownId = principalIdOf(registration.kind, keyId)
      const own: RegisteredPrincipal = {
        ...registration,
        roles: [...new Set(registration.roles)].sort(),
        id: ownId,
        person: ownId,
        keyId,
      }
      return sql.transaction({ tenantId }, async (tx) => {
        // Of two keys registered under one name at once, the second has to see the first.
        await lockRegistrations(tx, tenantId)
        // A second key under a person's name is that person again: it fills no second place anywhere.
        const named =
          own.kind === 'person' ? await selectPersonNamed(tx, tenantId, own.displayName) : undefined
        const principal = { ...own, person: named?.person ?? ownId }
        const isNew = await insertPrincipal(
          tx,
          tenantId,
          principal,
          new Date(clock.nowMs()).toISOString(),
        )
        if (isNew && named?.hasAccount === true)
          throw identityFault(
            'IDENTITY_NAME_TAKEN',
            `expected a name that nobody with an account has, got ${JSON.stringify(own.displayName)}`,
          )
        if (!isNew) {
          const known = await selectPrincipalByKey(tx, tenantId, keyId)
          if (known !== undefined && samePrincipal(known, principal)) return known
          throw identityFault(
            'IDENTITY_KEY_TAKEN',
            `expected a new key, got one registered as ${known?.id ?? 'another'}`,
          )
        }
        if ((await countPrincipals(tx, tenantId)) > PRINCIPAL_LIMIT)
          throw identityFault(
            'IDENTITY_FULL',
            `expected at most ${PRINCIPAL_LIMIT} people and runners of one tenant`,
          )
        await ledger.appendInTx(tx, tenantId, [
          {
            type: 'principal.registered',
            actor: principal.id,
            subject: principal.id,
            payload: registrationPayload(principal),
            refs: [],
          },
        ])
        return principal
      })
    },
    findByKey,
    async revoke(tenantId, actor, principalId, reason) {
      return sql.transaction({ tenantId }, async (tx) => {
        const found = await lockPrincipalById(tx, tenantId, principalId)
        if (found === undefined)
          throw identityFault(
            'IDENTITY_UNKNOWN',
            `expected a registered id, got ${JSON.stringify(principalId.slice(0, 100))}`,
          )
        if (found.kind === 'control-plane')
          throw identityFault(
            'IDENTITY_KEY_TAKEN',
            'expected a runner or a person, got the control plane',
          )
        if (found.revokedAt !== undefined) return found
        return revokeInTx(ports, tx, tenantId, found, { actor, reason })
      })
    },
    async assertInForce(tx, tenantId, principalId, environment) {
      // The account before the key, as whoever changes an account takes them; the ledger's turn comes last.
      const before = await selectSpeaker(tx, tenantId, principalId)
      const limits = [...(await lockLimits(tx, tenantId, before))]
      const { revokedAt, ...speaker } = await lockSpeaker(tx, tenantId, principalId)
      if (speaker.account !== before.account || speaker.person !== before.person)
        limits.push(...(await lockLimits(tx, tenantId, speaker)))
      if (revokedAt !== null)
        throw identityFault(
          'IDENTITY_REVOKED',
          `expected a key in force, got the key of ${principalId}, revoked at ${revokedAt}`,
        )
      for (const allowed of limits)
        if (environment === null || !allowed.includes(environment))
          throw identityFault(
            'IDENTITY_SIGNER_LIMITED',
            `expected a word about ${allowed.join(', ')} from ${principalId}, got one about ${environment === null ? 'every environment' : JSON.stringify(environment.slice(0, 100))}`,
          )
      return speaker
    },
    async assertOwnWord(tx, caller, signer) {
      if (!('session' in caller) || caller.session === undefined) return
      const account = await selectAccount(tx, caller.tenantId, caller.id)
      if (account?.person === signer.person) return
      throw identityFault(
        'IDENTITY_SIGNER_FOREIGN',
        `expected a key of ${caller.id}, who is signed in, got one of ${signer.id}`,
      )
    },
    list(tenantId, page) {
      return sql.transaction({ tenantId }, (tx) => selectPrincipals(tx, tenantId, page))
    },
    openStatement(tenantId, envelope, kind, signerKinds) {
      return openSignedStatement(
        ports,
        (keyId) => findByKey(tenantId, keyId),
        envelope,
        kind,
        signerKinds,
      )
    },
  }
}

function samePrincipal(a: RegisteredPrincipal, b: RegisteredPrincipal): boolean {
  return (
    a.id === b.id && a.displayName === b.displayName && a.roles.join('\n') === b.roles.join('\n')
  )
}
