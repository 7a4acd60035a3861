// How a request names a release, and the environment it looks at.
import { z } from 'zod'
import type { RouteInput } from '../kernel/index.ts'
import type { ReleaseKey } from './store.ts'

export const environmentShape = {
  environment: z
    .string()
    .min(1)
    .max(500)
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
