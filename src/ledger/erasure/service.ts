// Erasure as the house sees it: the action that people confirm, and what an older database asks for again.
import type { Action } from '../../kernel/index.ts'
import { eraseAction } from './action.ts'
import { makeErasureProofs } from './prove.ts'
import type { ProveErasures } from './prove.ts'
import { replayErasures } from './replay.ts'
import type { ReplayPorts } from './replay.ts'

export interface Erasures {
  readonly actions: readonly Action[]
  /** Before anybody reads anything. @returns how many keys of the register were here again, and are destroyed */
  replay(): Promise<number>
  readonly prove: ProveErasures
}

export function makeErasures(ports: ReplayPorts): Erasures {
  return {
    actions: [eraseAction(ports)],
    replay: () => replayErasures(ports),
    prove: makeErasureProofs(ports),
  }
}
