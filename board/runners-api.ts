// What the page of runners asks the server: who is enrolled, who waits, and enrolling and ending one.
import { asking } from './api.ts'
import type { ApiKey, Principal } from './operations-answers.ts'

const { client, pathOf } = asking

export const runnerDesk = {
  /** A key that opens the API to the machine of a runner, in these environments; its text is told once. */
  makeKey: (name: string, environments: readonly string[]) =>
    client.call<ApiKey & { readonly key: string }>('POST', pathOf('api-keys'), {
      name: `runner ${name}`,
      role: 'developer',
      environments: environments.length === 0 ? null : environments,
    }),
  /** @param publicKey SubjectPublicKeyInfo, DER in base64, as the machine tells it */
  enrol: (name: string, publicKey: string) =>
    client.call<Principal>('POST', pathOf('principals'), {
      kind: 'runner',
      displayName: name,
      roles: [],
      publicKey,
    }),
  revoke: (runnerId: string, reason: string) =>
    client.call<Principal>('POST', pathOf('principals', runnerId, 'revocation'), { reason }),
} as const
