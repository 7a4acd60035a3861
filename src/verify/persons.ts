// Holds the person that a key counts as against the one that the ledger recorded when it signed: two keys of one person stay one.
import { statementPath } from '../proof/index.ts'
import { quoteName } from './inspection.ts'
import type { Inspection } from './inspection.ts'
import type { ProvenStatement } from './statements.ts'

/**
 * Entries bear the ids of person and account since these exist; earlier ones say nothing of them, and are taken as the keys say.
 */
export function inspectPersons(
  inspection: Inspection,
  statements: readonly ProvenStatement[],
): void {
  const personOfAccount = new Map<string, string>()
  for (const { id, key, entry } of statements) {
    const { person, account } = saidBy(entry.payload)
    if (person === undefined) continue
    inspection.checked.persons++
    const counted = key.person ?? key.principal
    if (person !== counted)
      inspection.find(
        'VERIFY_PERSON_DIFFERS',
        `entry ${entry.seq} records a word of ${quoteName(person)}, the bundle counts the key as ${quoteName(counted)}`,
        statementPath(id),
      )
    if (account === undefined) continue
    const earlier = personOfAccount.get(account) ?? person
    personOfAccount.set(account, earlier)
    if (earlier !== person)
      inspection.find(
        'VERIFY_PERSON_DIFFERS',
        `entry ${entry.seq} records ${quoteName(person)} for the account ${quoteName(account)}, an earlier one ${quoteName(earlier)}`,
        statementPath(id),
      )
  }
}

function saidBy(payload: unknown): { readonly person?: string; readonly account?: string } {
  const { person, account } = Object(payload) as Readonly<Record<string, unknown>>
  return {
    ...(typeof person === 'string' ? { person } : {}),
    ...(typeof account === 'string' ? { account } : {}),
  }
}
