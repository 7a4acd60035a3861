// What a server says when it serves a tenant for the first time: one admin key, shown once, and a demo tenant when asked for.
import { makeClient } from '../../client/index.ts'
import type { ComposedApp } from '../compose.ts'
import { DEMO_TENANT, fillDemoTenant } from '../demo-tenant.ts'
import { inProcessTransport } from './transport.ts'

/** Lines for whoever starts the server; none when there is nothing that is said only once. */
export async function greetFirstStart(
  app: ComposedApp,
  tenantId: string,
  withDemo: boolean,
): Promise<readonly string[]> {
  const lines: string[] = []
  const adminKey = await app.makeFirstKey(tenantId, 'admin')
  if (adminKey !== undefined) {
    lines.push(
      `  First start. Admin key of tenant ${tenantId}, shown this once and kept nowhere:`,
      `    ${adminKey}`,
      '  With it: SEAWORTHY_URL, SEAWORTHY_KEY, then `seaworthy api-key create NAME --role developer` for everybody else.',
    )
  }
  if (!withDemo) return lines
  const demoKey = await app.makeFirstKey(DEMO_TENANT, 'developer')
  if (demoKey === undefined) return [...lines, `  The tenant ${DEMO_TENANT} is there already.`]
  const headers = {
    authorization: `Bearer ${app.apiKey}`,
    'x-seaworthy-tenant': DEMO_TENANT,
  }
  await fillDemoTenant(makeClient(inProcessTransport(app.web), headers))
  return [
    ...lines,
    `  The tenant ${DEMO_TENANT} has a release to look at. Developer key, shown this once:`,
    `    ${demoKey}`,
    `  With it: SEAWORTHY_TENANT=${DEMO_TENANT} seaworthy status ferry@1.0.0`,
  ]
}
