// The action `api-key.create`: a key that may do everything in its tenant is made after a preview, and by two.
import type { Action } from '../../kernel/index.ts'
import { readParams } from '../direct.ts'
import { creationSchema, presentIssued, wishOf } from './http.ts'
import type { ApiKeys } from './service.ts'

export function createApiKeyAction(apiKeys: Pick<ApiKeys, 'create'>): Action {
  return {
    name: 'api-key.create',
    summary: 'Make an API key, of an admin if so wished; whoever confirms is shown its text once',
    access: 'admin',
    asksSecondPerson: true,
    asksProof: true,
    async open({ id, tenantId }, params) {
      const wish = wishOf(readParams(creationSchema, params))
      const { name, role, environments, lifetimeS } = wish
      const until = lifetimeS === null ? 'without an end' : `for ${lifetimeS} s`
      const where = environments === null ? 'everywhere' : `in ${environments.join(', ')}`
      return {
        preview: () =>
          Promise.resolve({
            summary: `make an API key of ${role} named ${name}, ${until}`,
            risk: role === 'admin' ? 'high' : 'medium',
            changes: [{ of: name, effect: 'write-prod', what: `opens what ${role} may ${where}` }],
            policy: 'a second admin agrees to an admin',
            state: {},
          }),
        // Hashed while the transaction waits: some tens of milliseconds, for what is seldom done.
        carryOut: async (tx) => presentIssued(await apiKeys.create(tenantId, id, wish, tx)),
      }
    },
  }
}
