// The messages between this process and the small one that starts commands for it.
import type { SpawnRequest, SpawnResult } from '../kernel/index.ts'

/** What of a request can travel; its signal and its listener stay behind and become messages. */
export type SpawnTerms = Omit<SpawnRequest, 'signal' | 'onOutput'>

export type SpawnOrder =
  | {
      readonly kind: 'run'
      readonly id: number
      readonly mark: string
      readonly terms: SpawnTerms
      /** Whether somebody listens to the output while the command runs. */
      readonly isHeard: boolean
    }
  | { readonly kind: 'abort'; readonly id: number }

export type SpawnReport =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'output'
      readonly id: number
      readonly stream: 'stdout' | 'stderr'
      readonly chunk: Uint8Array
    }
  | { readonly kind: 'ended'; readonly id: number; readonly result: SpawnResult }
  | { readonly kind: 'failed'; readonly id: number; readonly reason: string }
