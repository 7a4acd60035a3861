// Whether a gate may run, from the plan and the terms of the run alone.
import type { Admission, RunTerms } from './model.ts'
import type { PlanGate } from './plan-model.ts'

const PARAMETER = /\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))/g

const CONFIRM = 'Read what it does, then review the plan or confirm the run.'

function refuse(status: 'BLOCKED' | 'PENDING', reason: string, flip: string): Admission {
  return { admitted: false, status, reason, flip }
}

/**
 * Whether the gate's check may run now. BLOCKED for holes, parameters without a value, checks that cannot run here, and
 * anything not proven to read that nobody confirmed; PENDING for what a runner never runs: manual gates and roll-ups.
 * Source: release semantics, sections 1 and 2.
 */
export function admitGate(gate: PlanGate, terms: RunTerms): Admission {
  if (gate.children !== undefined) {
    return refuse(
      'PENDING',
      `rolls up ${gate.children.length} gates and has no run of its own`,
      'Satisfy the gates below it.',
    )
  }
  if (gate.check.type === 'unsupported')
    return refuse(
      'BLOCKED',
      `${gate.check.language}: ${gate.check.reason}`,
      'Change the check to one that runs here.',
    )
  if (gate.holes.length > 0)
    return refuse(
      'BLOCKED',
      `the text has holes to fill: ${gate.holes.join(', ')}`,
      'Fill the holes and plan again.',
    )
  const missing = askedParameters(gate).filter((name) => !hasParameter(terms, name))
  if (missing.length > 0)
    return refuse(
      'BLOCKED',
      `parameters without a value: ${missing.join(', ')}`,
      `Give ${missing.join(', ')} a value and run it.`,
    )
  if (gate.check.type === 'manual')
    return refuse('PENDING', 'waits for a person', 'Somebody answers it.')
  const isProven = gate.effect === 'read' && gate.provenRead
  if (!isProven && !terms.confirmed.includes(gate.id)) {
    const what =
      gate.effect === 'read' ? 'is not proven to only read' : `has the effect ${gate.effect}`
    return refuse('BLOCKED', `needs review and confirm: the check ${what}`, CONFIRM)
  }
  if (!terms.confirmed.includes(gate.id)) {
    const steering = steeringParameters(gate, terms.parameters)
    if (steering.length > 0) {
      return refuse(
        'BLOCKED',
        `needs review and confirm: the value of ${steering.join(', ')} could turn into an option`,
        CONFIRM,
      )
    }
  }
  return { admitted: true }
}

/**
 * Parameters of a command whose value begins with a hyphen. The proof that a command only reads holds for values that
 * are words; `-o/etc/passwd` in the place of a URL is an option.
 */
export function steeringParameters(
  gate: PlanGate,
  values: Readonly<Record<string, string>>,
): readonly string[] {
  if (gate.check.type !== 'command') return []
  return askedParameters(gate).filter(
    (name) => Object.hasOwn(values, name) && values[name]?.trimStart().startsWith('-') === true,
  )
}

/** Names of all parameters that the gate takes, each once: what it names, and where its check connects to. */
export function neededParameters(gate: PlanGate): readonly string[] {
  const { check, parameters } = gate
  const connections = check.type === 'sql' || check.type === 'promql' ? [check.connection] : []
  return [...new Set([...parameters, ...connections])]
}

/** Of the parameters that the gate takes, those whose value comes from whoever starts the run, not from another gate. */
export function askedParameters(gate: PlanGate): readonly string[] {
  const { consumes } = gate
  const needed = neededParameters(gate)
  return consumes === undefined ? needed : needed.filter((name) => !Object.hasOwn(consumes, name))
}

/** A blank value is a missing one: `rm -rf $DIR/` must never run with it. */
function hasParameter(terms: RunTerms, name: string): boolean {
  return Object.hasOwn(terms.parameters, name) && terms.parameters[name]?.trim() !== ''
}

/**
 * Replaces `$NAME` and `${NAME}` by the value of the parameter of that name, once, left to right; other text that looks
 * like a parameter stays. For http and promql checks; a command gets its parameters as environment.
 */
export function substituteParameters(
  text: string,
  parameters: Readonly<Record<string, string>>,
): string {
  return text.replace(PARAMETER, (whole, braced?: string, bare?: string) => {
    const name = braced ?? bare ?? ''
    return (Object.hasOwn(parameters, name) ? parameters[name] : undefined) ?? whole
  })
}
