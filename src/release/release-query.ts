// How a request names a release, and the environment it looks at.
import { z } from 'zod'
import { ENVIRONMENT_LIMIT_CHARACTERS } from '../gates/index.ts'
import type { RouteInput } from '../kernel/index.ts'
import type { ReleaseKey } from './store.ts'

export const environmentShape = {
  environment: z
    .string()
    .min(1)
    .max(ENVIRONMENT_LIMIT_CHARACTERS)
    .optional()
    .describe(
      'where the release is looked at; by default in its own environment: production where it was run there, else the one it was run in first',
    ),
}

export function releaseOf(
  input: Pick<RouteInput, 'params'> & { readonly query: { environment?: string | undefined } },
): ReleaseKey {
  const { params, query } = input
  const { environment } = query
  return { service: params['service'] ?? '', version: params['version'] ?? '', environment }
}
