// Every action of the room: what admins do only after a preview.
import type { Action } from '../kernel/index.ts'
import { makeAccountActions } from './account/actions.ts'
import type { Accounts } from './account/service.ts'
import { createApiKeyAction } from './api-key/create-action.ts'
import type { ApiKeys } from './api-key/service.ts'
import { rotateTokenKeysAction } from './service-token/rotate-action.ts'
import type { RotationPorts } from './service-token/rotate-action.ts'

export function makeIdentityActions(
  ports: RotationPorts,
  { apiKeys, accounts }: { readonly apiKeys: ApiKeys; readonly accounts: Accounts },
): readonly Action[] {
  return [
    createApiKeyAction(apiKeys),
    ...makeAccountActions(accounts),
    rotateTokenKeysAction(ports),
  ]
}
