// Which key a word is signed with: the one that this browser holds, unless it was made before its person might speak in the role.
import type { Who } from './answers.ts'
import type { OwnKey } from './operations-answers.ts'

/**
 * @param own what this browser holds and the server knows
 * @param role absent where the word needs none
 * @returns undefined where a new key is made
 */
export function keyIdFor(
  { signsAs }: Pick<Who, 'signsAs'>,
  own: Pick<OwnKey, 'keyId' | 'roles'> | undefined,
  role?: string,
): string | undefined {
  if (own === undefined) return undefined
  // Keys keep the roles that the account had when they were registered; a role that the account has not got helps no new key either.
  const isEnough = role === undefined || own.roles.includes(role) || !signsAs.includes(role)
  return isEnough ? own.keyId : undefined
}
