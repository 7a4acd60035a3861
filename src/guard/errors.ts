// The fault of this library: a configuration that makes no sense. A refused request is a value, never an exception.

export type GuardFaultCode =
  | 'GUARD_POLICY_INVALID'
  | 'GUARD_COST_INVALID'
  | 'GUARD_ADDRESS_INVALID'
  | 'GUARD_ANOMALY_INVALID'
  | 'GUARD_STORE_ANSWER_INVALID'
  | 'GUARD_SWITCH_INVALID'
  | 'GUARD_SWITCH_DOCUMENT_INVALID'
  | 'GUARD_CORS_INVALID'
  | 'GUARD_CSP_UNSAFE'
  | 'GUARD_HSTS_INVALID'
  | 'GUARD_BREAKER_INVALID'
  | 'GUARD_TERMS_INVALID'

/** Thrown at construction, or for a cost that no request can have. */
export class GuardFault extends Error {
  readonly code: GuardFaultCode

  constructor(code: GuardFaultCode, message: string) {
    super(message)
    this.name = 'GuardFault'
    this.code = code
  }
}
