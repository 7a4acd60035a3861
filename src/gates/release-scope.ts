// Which environment a release is looked at in: the one that was named, or else the release's own.
import type { SqlTx } from '../kernel/index.ts'
import { gatesFault } from './errors.ts'
import { DEFAULT_ENVIRONMENT } from './naming.ts'
import { formatReleaseName } from './release-name.ts'
import type { ReleaseEnvironments, ReleaseName } from './run-model.ts'
import { selectRunEnvironments } from './run-store.ts'

/** @throws GATES_RUN_UNKNOWN without a run of the release, or without one in the environment that it names */
export async function readEnvironments(
  tx: SqlTx,
  tenantId: string,
  release: ReleaseName,
): Promise<ReleaseEnvironments> {
  const all = await selectRunEnvironments(tx, tenantId, release)
  const own = all.includes(DEFAULT_ENVIRONMENT) ? DEFAULT_ENVIRONMENT : all[0]
  const environment = release.environment ?? own
  if (own !== undefined && environment !== undefined && all.includes(environment))
    return { environment, own, all }
  const wanted = formatReleaseName(release)
  const where = release.environment === undefined ? '' : ` in ${JSON.stringify(environment)}`
  const found = all.length === 0 ? 'none' : `runs in ${all.join(', ')}`
  throw gatesFault('GATES_RUN_UNKNOWN', `expected a run of ${wanted}${where}, found ${found}`)
}
