// How many connections there may be of one address, one principal and one tenant, so that nobody takes the room of all.
import { addressKey } from '../guard/index.ts'
import type { Caller } from '../kernel/index.ts'
import { realtimeFault } from './errors.ts'
import type { SocketLimits } from './model.ts'

/** Gives the place back; again is no change. */
export type Leave = () => void

export class Places {
  readonly #limits: SocketLimits
  readonly #ofAddress = new Map<string, number>()
  readonly #ofPrincipal = new Map<string, number>()
  readonly #ofTenant = new Map<string, number>()

  constructor(limits: SocketLimits) {
    this.#limits = limits
  }

  /** For who has not said yet who they are. @throws REALTIME_CONNECTIONS_EXHAUSTED */
  takeUnknown(peer: string | undefined): Leave {
    const { perAddress } = this.#limits
    const leave = take(this.#ofAddress, addressKey(peer ?? '') ?? 'unknown', perAddress)
    if (leave !== undefined) return leave
    throw exhausted(`${perAddress} connections of one address that have not said who they are`)
  }

  /** @throws REALTIME_CONNECTIONS_EXHAUSTED */
  takeKnown({ tenantId, id }: Caller): Leave {
    const { perPrincipal, perTenant } = this.#limits
    const leaveTenant = take(this.#ofTenant, tenantId, perTenant)
    if (leaveTenant === undefined) throw exhausted(`${perTenant} connections of one tenant`)
    const name = JSON.stringify([tenantId, id])
    const leavePrincipal = take(this.#ofPrincipal, name, perPrincipal)
    if (leavePrincipal === undefined) {
      leaveTenant()
      throw exhausted(`${perPrincipal} connections of one key or account`)
    }
    return () => {
      leaveTenant()
      leavePrincipal()
    }
  }
}

function take(counts: Map<string, number>, name: string, limitCount: number): Leave | undefined {
  const count = counts.get(name) ?? 0
  if (count >= limitCount) return undefined
  counts.set(name, count + 1)
  let isTaken = true
  return () => {
    if (!isTaken) return
    isTaken = false
    const left = (counts.get(name) ?? 0) - 1
    if (left > 0) counts.set(name, left)
    else counts.delete(name)
  }
}

function exhausted(what: string): Error {
  return realtimeFault('REALTIME_CONNECTIONS_EXHAUSTED', `expected at most ${what}`)
}
