// Where the data lies and which server is meant; the only file that reads the environment.
import { resolve } from 'node:path'

export interface AppConfig {
  /** Absolute path of the data folder. */
  readonly dataFolder: string
  readonly tenantId: string
  /** Base URL and key of a server; absent = in this process, on the embedded database. */
  readonly server?: { readonly url: string; readonly key: string }
  /** `postgres://…` replaces the embedded database. */
  readonly databaseUrl?: string
}

export interface ConfigFlags {
  readonly data?: string | undefined
  readonly tenant?: string | undefined
  /**
   * Only a server takes DATABASE_URL: the shell of somebody who types a command may well have one for quite another
   * application, and tables must not appear in it.
   */
  readonly isServer?: boolean
}

/** A flag wins over the environment, the environment over the default. */
export function readConfig(flags: ConfigFlags): AppConfig {
  const url = readEnvironment('SEAWORTHY_URL')
  const databaseUrl =
    readEnvironment('SEAWORTHY_DATABASE_URL') ??
    (flags.isServer === true ? readEnvironment('DATABASE_URL') : undefined)
  return {
    dataFolder: resolve(flags.data ?? readEnvironment('SEAWORTHY_DATA') ?? '.seaworthy'),
    tenantId: flags.tenant ?? readEnvironment('SEAWORTHY_TENANT') ?? 'local',
    ...(url === undefined ? {} : { server: { url, key: readEnvironment('SEAWORTHY_KEY') ?? '' } }),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
  }
}

/** An empty variable counts as unset, as shells cannot easily tell the two apart. */
export function readEnvironment(name: string): string | undefined {
  const value = process.env[name]
  return value === undefined || value === '' ? undefined : value
}
