// The checkpoint guard of a process: in its data folder, or where all servers of one database share it.
import { join } from 'node:path'
import type { Log } from '../kernel/index.ts'
import type { CheckpointGuard } from '../ledger/index.ts'
import { openCheckpointGuard, openSharedCheckpointGuard } from '../platform/index.ts'
import type { AppConfig } from './config.ts'

/** @param log told where two servers could sign two roots for one size */
export function openGuard(
  config: Pick<AppConfig, 'dataFolder' | 'checkpointGuard' | 'databaseUrl'>,
  log: Log | undefined,
): CheckpointGuard {
  const own = join(config.dataFolder, 'checkpoint-guard.json')
  if (config.checkpointGuard !== undefined)
    return openSharedCheckpointGuard(config.checkpointGuard, own)
  if (config.databaseUrl !== undefined)
    log?.warn(
      'the checkpoint guard is of this server alone; others of this database need SEAWORTHY_CHECKPOINT_GUARD',
      {
        path: own,
      },
    )
  return openCheckpointGuard(own)
}
