// What a reading comes to: a value, several values, nothing, or why it cannot be read.
import type { Json } from '../kernel/index.ts'
import type { Quantifier, Reading } from './plan-model.ts'

export type Found =
  | {
      readonly state: 'value'
      readonly value: Json
      /** Why it is null, where that is known. */
      readonly whyEmpty?: string
    }
  /** Several values and which of them the claim has to hold for; never none. */
  | { readonly state: 'many'; readonly values: readonly Json[]; readonly rows: Quantifier }
  /** It was looked for and is not there. */
  | { readonly state: 'absent'; readonly why: string }
  /** It could not be looked for; `tainted` when the stream was cut or masked, which nothing may override. */
  | { readonly state: 'unreadable'; readonly why: string; readonly tainted: boolean }

/** Reads one value of a capture and its evidence. */
export type Observer = (reading: Reading) => Found
