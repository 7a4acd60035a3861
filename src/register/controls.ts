// Which mapping of controls may not enter the register.
import type { MappedControl } from './model.ts'

/** One sentence, or undefined. A control without gates or risks may enter: that nothing shows it is worth a line. */
export function refuseControls(controls: readonly MappedControl[]): string | undefined {
  const seen = new Set<string>()
  for (const { framework, id } of controls) {
    const key = JSON.stringify([framework, id])
    if (seen.has(key)) return `expected each control once, got ${framework} ${id} twice`
    seen.add(key)
  }
  return undefined
}
