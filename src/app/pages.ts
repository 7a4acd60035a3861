// What a browser sees at the printed URL: the newest releases and their reports; read-only, no script.
import { utf8Bytes } from '../kernel/index.ts'
import type { Route } from '../kernel/index.ts'
import type { Runs } from '../gates/index.ts'
import type { Releases } from '../release/index.ts'

export function makePageRoutes(ports: {
  readonly releases: Releases
  readonly runs: Runs
  /** Key that only reads; the links of the page carry it on. */
  readonly viewKey: string
}): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/',
      summary: 'The newest runs, each with its report',
      access: 'read',
      async handle({ principal }) {
        const runs = await ports.runs.listRecent(principal.tenantId)
        // Newest first comes in; the last one set stays, so the newest run of each release is shown.
        const releases = [
          ...new Map(
            runs.toReversed().map((run) => [`${run.service}@${run.version}`, run]),
          ).values(),
        ]
        const items = releases.toReversed().map((run) => {
          const path = `/reports/${encodeURIComponent(run.service)}/${encodeURIComponent(run.version)}?key=${ports.viewKey}`
          return `<li><a href="${escapeHtml(path)}">${escapeHtml(run.service)} ${escapeHtml(run.version)}</a>, run started ${escapeHtml(run.startedAt)}</li>`
        })
        return page(items.length === 0 ? '<p>No run yet.</p>' : `<ul>${items.join('\n')}</ul>`)
      },
    },
    {
      method: 'GET',
      path: '/reports/:service/:version',
      summary: 'The one-page report of a release',
      access: 'read',
      async handle({ principal, params }) {
        const release = { service: params['service'] ?? '', version: params['version'] ?? '' }
        const documents = await ports.releases.documents(principal.tenantId, release)
        return { bytes: documents.reportHtml, mediaType: 'text/html; charset=utf-8' }
      },
    },
  ]
}

function page(body: string): { bytes: Uint8Array; mediaType: string } {
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Seaworthy</title>
<style>:root{color-scheme:light dark}body{margin:0 auto;max-width:44rem;padding:2rem 1.25rem;font:1rem/1.5 system-ui,sans-serif}li{overflow-wrap:anywhere}</style>
</head><body><h1>Releases</h1>${body}</body></html>
`
  return { bytes: utf8Bytes(html), mediaType: 'text/html; charset=utf-8' }
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
