// The actions of accounts: to invite an admin, to give other rights, to take an account away.
import { z } from 'zod'
import type { Action, ActionCall, ActionPreview, Principal } from '../../kernel/index.ts'
import { readParams } from '../direct.ts'
import { presentPrincipal } from '../http.ts'
import {
  invitationOf,
  invitationSchema,
  presentAccount,
  removalSchema,
  rightsOf,
  rightsSchema,
} from './http.ts'
import type { Account } from './model.ts'
import type { Accounts } from './service.ts'

const accountId = z.string().min(1).max(200)
const changeParams = rightsSchema.extend({ account: accountId })
const linkParams = z.strictObject({ account: accountId, principal: accountId })
const removalParams = removalSchema.extend({ account: accountId })

/** Who is made an admin may do all that an admin may: a second person looks at it. */
export function makeAccountActions(accounts: Accounts): readonly Action[] {
  return [
    inviteAction(accounts),
    changeAction(accounts),
    removeAction(accounts),
    linkAction(accounts),
  ]
}

function inviteAction(accounts: Accounts): Action {
  return {
    name: 'account.invite',
    summary: 'Invite a person, as an admin if so wished',
    access: 'admin',
    asksSecondPerson: true,
    asksProof: true,
    async open({ id, tenantId }, params) {
      const wish = invitationOf(readParams(invitationSchema, params))
      const isAdmin = wish.role === 'admin'
      // Whoever agrees has to see to whom.
      const whom = wish.email ?? wish.subject ?? 'somebody'
      const preview: ActionPreview = {
        summary: `invite ${whom} as ${wish.role}`,
        risk: isAdmin ? 'high' : 'medium',
        changes: [{ of: whom, effect: 'write-prod', what: `may sign in as ${describe(wish)}` }],
        policy: 'a second admin agrees to an admin',
        state: {},
      }
      return {
        preview: () => Promise.resolve(preview),
        carryOut: async (tx) => presentAccount(await accounts.invite(tenantId, id, wish, tx)),
      }
    },
  }
}

function changeAction(accounts: Accounts): Action {
  return {
    name: 'account.change',
    summary: 'Give a person other rights; they sign in again',
    access: 'admin',
    asksSecondPerson: true,
    asksProof: true,
    async open(principal, params) {
      const { account: wanted, ...body } = readParams(changeParams, params)
      const rights = rightsOf(body)
      return callOn(accounts, principal, wanted, {
        foresee: (found) => ({
          summary: `make ${wanted} ${rights.role}, who is ${found.role}`,
          risk: rights.role === 'admin' && found.role !== 'admin' ? 'high' : 'medium',
          what: `${describe(found)} → ${describe({ ...found, ...rights })}; signed out everywhere, and keys for other roles end`,
          policy: 'a second admin agrees to an admin',
        }),
        carryOut: (tx) => accounts.change(principal.tenantId, principal.id, wanted, rights, tx),
      })
    },
  }
}

function removeAction(accounts: Accounts): Action {
  return {
    name: 'account.remove',
    summary: 'Take away an account or an invitation, with every session and key',
    access: 'admin',
    asksProof: true,
    async open(principal, params) {
      const { account: wanted, reason } = readParams(removalParams, params)
      return callOn(accounts, principal, wanted, {
        foresee: (found) => ({
          summary: `remove ${wanted}, who is ${found.role}`,
          risk: 'medium',
          what: 'has no account any more; signed out everywhere, and every key of theirs ends',
          policy: 'an admin of the tenant',
        }),
        carryOut: (tx) => accounts.remove(principal.tenantId, principal.id, wanted, reason, tx),
      })
    },
  }
}

/** Whoever has the account may speak as that person from then on, in every role that the account has: nobody gives that away, or takes it, alone. */
function linkAction({ keys }: Accounts): Action {
  return {
    name: 'account.link',
    summary: 'Say that a registered person is an account, with every key of theirs',
    access: 'admin',
    asksSecondPerson: true,
    asksProof: true,
    async open({ id, tenantId }, params) {
      const { account: wanted, principal: key } = readParams(linkParams, params)
      return {
        async preview(tx) {
          const { account, found } = await keys.holdLink(tx, tenantId, wanted, key)
          const { displayName, email, subject } = account
          const whose = displayName ?? email ?? subject ?? 'somebody'
          return {
            summary: `say that ${wanted} (${whose}) is ${found.person} (${found.displayName})`,
            risk: 'high',
            changes: [
              {
                of: wanted,
                effect: 'write-prod',
                what: `speaks as ${found.displayName} for ever, and every key of theirs is its own`,
              },
            ],
            policy: 'a second admin agrees to who somebody is',
            state: { person: account.person ?? null, signsAs: [...account.signsAs] },
          }
        },
        carryOut: async (tx) => presentPrincipal(await keys.link(tenantId, id, wanted, key, tx)),
      }
    },
  }
}

interface Deed {
  foresee(found: Account): Pick<ActionPreview, 'summary' | 'risk' | 'policy'> & { what: string }
  carryOut(tx: Parameters<ActionCall['carryOut']>[0]): Promise<Account>
}

/** A token fits as long as the account has the rights that were shown. */
function callOn(
  accounts: Accounts,
  { tenantId }: Principal,
  wanted: string,
  { foresee, carryOut }: Deed,
): ActionCall {
  return {
    async preview(tx) {
      const found = await accounts.hold(tx, tenantId, wanted)
      const { what, ...more } = foresee(found)
      const { role, environments, signsAs } = found
      return {
        ...more,
        changes: [{ of: wanted, effect: 'write-prod', what }],
        state: { role, environments: environments && [...environments], signsAs: [...signsAs] },
      }
    },
    carryOut: async (tx) => presentAccount(await carryOut(tx)),
  }
}

function describe({
  role,
  environments,
  signsAs = [],
}: Pick<Account, 'role' | 'environments'> & { readonly signsAs?: readonly string[] }): string {
  const where = environments === null ? '' : ` in ${environments.join(', ')} alone`
  return `${role}${where}${signsAs.length === 0 ? '' : `, signing as ${signsAs.join(', ')}`}`
}
