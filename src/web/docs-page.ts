// The OpenAPI document as one page to read: no script, nothing loaded, every text of a route escaped.
import type { ApiDocument, ApiOperation, ApiParameter, ApiResponse } from './openapi.ts'
import { printSchema } from './schema-text.ts'

/** Pinned by its hash in the page's policy, so that no other style can be smuggled in. */
export const DOCS_STYLE = `:root{color-scheme:light dark;--line:#c9ced6;--soft:#59636e;--tint:#f4f6f8;--accent:#0b5cad}
@media(prefers-color-scheme:dark){:root{--line:#3a424c;--soft:#9aa5b1;--tint:#1b2128;--accent:#7db8f5}}
body{margin:0 auto;max-width:52rem;padding:2rem 1.25rem 4rem;font:1rem/1.55 system-ui,sans-serif}
h1{font-size:1.7rem;margin:0}h2{margin:3rem 0 .5rem;font-size:1.25rem}
a{color:var(--accent)}code,pre{font:.875rem/1.5 ui-monospace,monospace}
pre{background:var(--tint);padding:.75rem 1rem;border-radius:.4rem;overflow-x:auto;margin:.4rem 0}
nav ul{columns:12rem;padding:0;list-style:none}
details{border-top:1px solid var(--line)}details:last-of-type{border-bottom:1px solid var(--line)}
summary{padding:.55rem 0;cursor:pointer;overflow-wrap:anywhere}
summary b{display:inline-block;min-width:4.2rem;font:600 .8rem ui-monospace,monospace;color:var(--accent)}
summary span{display:block;color:var(--soft);font-size:.92rem}
.in{padding:0 0 1.2rem}h3{font-size:.95rem;margin:1rem 0 .2rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.3rem .8rem .3rem 0;border-top:1px solid var(--line)}
p{margin:.4rem 0;overflow-wrap:anywhere}.soft{color:var(--soft)}`

const ACCESS_WORDS: Readonly<Record<ApiOperation['x-access'], string>> = {
  open: 'Asks for no key.',
  read: 'Asks for a key of a viewer, developer or admin.',
  write: 'Asks for a key of a developer or admin.',
  admin: 'Asks for a key of an admin.',
}

export function renderDocs(api: ApiDocument): string {
  const sections = api.tags.map(({ name }) => renderSection(api, name)).join('\n')
  const links = [...api.tags.map(({ name }) => name), 'errors']
    .map((name) => `<li><a href="#${escapeHtml(name)}">${escapeHtml(name)}</a></li>`)
    .join('')
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Seaworthy API</title><style>${DOCS_STYLE}</style></head><body>
<h1>Seaworthy API</h1><p class="soft">Version ${escapeHtml(api.info.version)} · <a href="/openapi.json">OpenAPI 3.1</a></p>
${api.info.description
  .split('\n')
  .map((line) => `<p>${withCode(line)}</p>`)
  .join('\n')}
<nav><ul>${links}</ul></nav>
${sections}
${renderErrors(api)}
</body></html>
`
}

function renderSection(api: ApiDocument, tag: string): string {
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.tags.includes(tag))
      .map(([method, operation]) => renderOperation(method, path, operation)),
  )
  return `<section><h2 id="${escapeHtml(tag)}">${escapeHtml(tag)}</h2>\n${operations.join('\n')}</section>`
}

function renderOperation(method: string, path: string, operation: ApiOperation): string {
  const parameters = operation.parameters ?? []
  const bodies = Object.entries(operation.requestBody?.content ?? {}).map(
    ([mediaType, { schema }]) => renderContent('Body', mediaType, schema),
  )
  return `<details id="${escapeHtml(operation.operationId)}"><summary><b>${method.toUpperCase()}</b><code>${escapeHtml(path)}</code><span>${escapeHtml(operation.summary)}</span></summary>
<div class="in"><p class="soft">${ACCESS_WORDS[operation['x-access']]}</p>
${parameters.length === 0 ? '' : `<h3>Parameters</h3><table>${parameters.map(renderParameter).join('')}</table>`}
${bodies.join('\n')}
${Object.entries(operation.responses)
  .map(([status, response]) => renderResponse(status, response))
  .join('\n')}</div></details>`
}

function renderParameter(parameter: ApiParameter): string {
  const need = parameter.required ? parameter.in : `${parameter.in}, optional`
  const text = parameter.description ?? ''
  return `<tr><td><code>${escapeHtml(parameter.name)}</code></td><td>${need}</td><td><code>${escapeHtml(printSchema(parameter.schema))}</code> ${escapeHtml(text)}</td></tr>`
}

function renderResponse(status: string, response: ApiResponse | { readonly $ref: string }): string {
  // The same for every route: told once, at the top and under the codes.
  if ('$ref' in response) return ''
  return Object.entries(response.content ?? {})
    .map(([mediaType, { schema }]) => renderContent(`Answer ${status}`, mediaType, schema))
    .join('\n')
}

function renderContent(title: string, mediaType: string, schema: object): string {
  const text = Object.keys(schema).length === 0 ? '' : printSchema(schema as never)
  const pre = text === '' ? '' : `<pre>${escapeHtml(text)}</pre>`
  return `<h3>${escapeHtml(title)} <span class="soft">${escapeHtml(mediaType)}</span></h3>${pre}`
}

function renderErrors(api: ApiDocument): string {
  const rows = Object.entries(api['x-error-codes'])
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(
      ([code, { status, title, hint }]) =>
        `<tr id="${escapeHtml(code)}"><td>${status}</td><td><code>${escapeHtml(code)}</code><br>${escapeHtml(title)}. <span class="soft">${escapeHtml(hint)}</span></td></tr>`,
    )
  return `<section><h2 id="errors">errors</h2>
<p>What a problem document says in <code>code</code>.</p><table>${rows.join('')}</table></section>`
}

/** Escaped text with \`code\` in it. */
function withCode(text: string): string {
  return escapeHtml(text).replaceAll(/`([^`]*)`/g, '<code>$1</code>')
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
