// Routes of a service's register.
import type { Route } from '../kernel/index.ts'
import { presentRegister } from './register-view.ts'
import type { Releases } from './service.ts'
import { recordedChangeSchema, registerSchema } from './answers.ts'

export function makeRegisterRoutes(releases: Releases): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/v1/changes',
      summary: 'Accept a signed change of a register, or a second person’s approval of one',
      access: 'write',
      asksProof: 'always',
      environment: ({ principal, body }) =>
        releases.environmentOfChange(principal.tenantId, 'approval', body as Uint8Array),
      accepts: 'bytes',
      answer: { statuses: [201], data: recordedChangeSchema },
      async handle({ principal, body }) {
        const recorded = await releases.change(principal, 'approval', body as Uint8Array)
        return { status: 201, data: recorded }
      },
    },
    {
      method: 'POST',
      path: '/v1/waivers',
      summary: 'Accept a signed request for a waiver',
      access: 'write',
      asksProof: 'always',
      environment: ({ principal, body }) =>
        releases.environmentOfChange(principal.tenantId, 'waiver', body as Uint8Array),
      accepts: 'bytes',
      answer: { statuses: [201], data: recordedChangeSchema },
      async handle({ principal, body }) {
        const recorded = await releases.change(principal, 'waiver', body as Uint8Array)
        return { status: 201, data: recorded }
      },
    },
    {
      method: 'GET',
      path: '/v1/services/:service/register',
      summary: 'Read a service’s register: risks, waivers, conditions, freezes and what waits',
      access: 'read',
      answer: { data: registerSchema },
      async handle({ principal, params }) {
        const register = await releases.register(principal.tenantId, params['service'] ?? '')
        return { data: presentRegister(register) }
      },
    },
  ]
}
