// What a gate's process finds in its environment: five fixed values and the parameters its gate names.
import { runnerFault } from './errors.ts'

/** Where programs are found when the caller does not say. */
export const DEFAULT_SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** These make the shell, the loader or an interpreter run something else than the block. */
const STEERING_NAME =
  /^(?:LD_|DYLD_|BASH|GLIBC_|GCONV_|__sw_|(?:ENV|SHELLOPTS|IFS|PS4|PROMPT_COMMAND|CDPATH|NODE_OPTIONS|PERL5OPT|PYTHONSTARTUP|RUBYOPT)$)/

/** @throws RUNNER_PARAMETER_REFUSED for what is no variable name, steers the shell or the loader, or holds a zero byte. */
export function assertParameters(parameters: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(parameters)) {
    const isNamed = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !STEERING_NAME.test(name)
    if (isNamed && !value.includes('\0')) continue
    const what = isNamed ? 'a value without zero bytes' : 'a harmless variable name'
    throw runnerFault(
      'RUNNER_PARAMETER_REFUSED',
      `expected ${what}, got the parameter ${JSON.stringify(name)}`,
      {
        details: { parameter: name },
      },
    )
  }
}

export interface EnvironmentTerms {
  /** PATH of the child. */
  readonly searchPath: string
  /** HOME and TMPDIR of the child: an empty folder of its own. */
  readonly scratch: string
  /** The parameters the gate names. */
  readonly names: readonly string[]
  /** All values known to the run; only those in `names` are handed on. */
  readonly values: Readonly<Record<string, string>>
}

/** The whole environment of a gate's process. Nothing of the runner's own environment is in it. */
export function gateEnvironment(terms: EnvironmentTerms): Record<string, string> {
  const environment: Record<string, string> = {}
  for (const name of terms.names) {
    const value = Object.hasOwn(terms.values, name) ? terms.values[name] : undefined
    if (value !== undefined) environment[name] = value
  }
  // Last, so that no parameter replaces one of the fixed five.
  return {
    ...environment,
    PATH: terms.searchPath,
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    HOME: terms.scratch,
    TMPDIR: terms.scratch,
  }
}
