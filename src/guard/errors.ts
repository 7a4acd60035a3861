// The fault of this library: a configuration that makes no sense. A refused request is a value, never an exception.

export type GuardFaultCode =
  | 'GUARD_POLICY_INVALID'
  | 'GUARD_COST_INVALID'
  | 'GUARD_ADDRESS_INVALID'
  | 'GUARD_STORE_ANSWER_INVALID'

/** Thrown at construction, or for a cost that no request can have. */
export class GuardFault extends Error {
  readonly code: GuardFaultCode

  constructor(code: GuardFaultCode, message: string) {
    super(message)
    this.name = 'GuardFault'
    this.code = code
  }
}
