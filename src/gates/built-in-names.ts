// Holds the built-in checks that a plan names to those that the slices bring.
import { nearestName } from '../kernel/index.ts'
import type { CheckDescription } from '../kernel/index.ts'
import type { Check, Plan } from '../verdict/index.ts'

/**
 * The plan with every built-in check that nobody brings, or that is asked with other parameters than it takes, turned
 * into one that cannot run and says why: the gate is BLOCKED, here and for every verifier. A check that acts on another
 * service is no read, whatever the plan says: it asks each time.
 */
export function blockUnknownChecks(plan: Plan, known: readonly CheckDescription[]): Plan {
  return {
    ...plan,
    gates: plan.gates.map((gate) => {
      const { check } = gate
      if (check.type !== 'builtin') return gate
      const reason = refusalOf(check, known)
      if (reason !== undefined)
        return { ...gate, check: { type: 'unsupported', language: 'builtin', reason } }
      const acts = known.find(({ name }) => name === check.name)?.outward === 'acts'
      return acts && gate.effect === 'read' ? { ...gate, effect: 'unknown' } : gate
    }),
  }
}

function refusalOf(
  check: Extract<Check, { type: 'builtin' }>,
  known: readonly CheckDescription[],
): string | undefined {
  const found = known.find(({ name }) => name === check.name)
  if (found === undefined)
    return `there is no built-in check ${shownName(check.name)}${hint(
      check.name,
      known.map(({ name }) => name),
    )}`
  const isOutward = found.outward !== undefined
  if (isOutward !== (check.on === 'runner'))
    return isOutward
      ? `${found.name} asks another service: write on: runner`
      : `${found.name} looks at the control plane itself: leave out on: runner`
  const given = Object.entries(check.with ?? {})
  const names = Object.keys(found.parameters)
  for (const [name, value] of given) {
    const parameter = Object.hasOwn(found.parameters, name) ? found.parameters[name] : undefined
    if (parameter === undefined)
      return `${found.name} takes no parameter ${shownName(name)}${hint(name, names)}`
    const type = typeof value === 'string' ? 'text' : typeof value
    if (type !== parameter.type)
      return `${found.name} takes a ${parameter.type} for ${name}, got a ${type}`
  }
  const missing = names.find(
    (name) => found.parameters[name]?.isRequired === true && !given.some(([each]) => each === name),
  )
  return missing === undefined ? undefined : `${found.name} needs the parameter ${missing}`
}

function shownName(name: string): string {
  return JSON.stringify(name.slice(0, 80))
}

function hint(name: string, known: readonly string[]): string {
  const near = nearestName(name, known)
  return near === undefined ? '; seaworthy checks lists them' : `; did you mean ${near}?`
}
