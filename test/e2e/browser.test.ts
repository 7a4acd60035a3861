// The verifier and the reports in a real Chromium.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { composeReport, REPORT_KINDS, renderReportHtml } from '../../src/report/index.ts'
import { browserCheck } from '../browser-check.ts'
import { aBundle } from '../bundle.ts'
import { CHROMIUM_MISSING, findChromium, withTab } from '../chromium.ts'
import { nodeDigest } from '../crypto.ts'
import { serveModules } from '../module-server.ts'
import { hostileReportFacts } from '../report-facts.ts'

test('the same verifier accepts a Go in a browser, refuses one flipped bit, and asks the network nothing', async (t) => {
  const chromium = findChromium()
  if (chromium === undefined) return t.skip(CHROMIUM_MISSING)
  const { bytes, trustBytes } = await aBundle()
  const server = await serveModules()
  await withTab(chromium, async (tab) => {
    await tab.open(`${server.origin}/`)
    const modules = { verify: '/src/verify/index.ts', ports: '/src/verify/browser.ts' }
    await tab.evaluate(browserCheck(modules, bytes, trustBytes))
    assert.ok(tab.requests.length > 50, 'the modules were loaded one by one')
    await server.close()
    tab.requests.length = 0
    assert.equal(await tab.evaluate('check(-1)'), 'INTACT GO 0')
    const stride = Math.floor((bytes.length * 8) / 40)
    for (let bit = 5; bit < bytes.length * 8; bit += stride) {
      assert.match(
        String(await tab.evaluate(`check(${bit})`)),
        /^INVALID INVALID [1-9]/,
        `bit ${bit}`,
      )
    }
    assert.deepEqual(tab.requests, [])
  })
})

test('hostile reports run nothing, load nothing, link nowhere and fit a screen of 360 pixels', async (t) => {
  const chromium = findChromium()
  if (chromium === undefined) return t.skip(CHROMIUM_MISSING)
  const facts = hostileReportFacts()
  await withTab(chromium, async (tab) => {
    const size = { width: 360, height: 800, deviceScaleFactor: 1, mobile: true }
    await tab.send('Emulation.setDeviceMetricsOverride', size)
    for (const kind of REPORT_KINDS) {
      const html = renderReportHtml(nodeDigest, composeReport(nodeDigest, kind, facts))
      const url = `data:text/html;base64,${Buffer.from(html).toString('base64')}`
      await tab.open(url)
      const seen = await tab.evaluate(`({
        active: document.querySelectorAll('script, a, img, iframe, form, object, [onclick], [onerror]').length,
        width: document.documentElement.scrollWidth,
        isStyled: getComputedStyle(document.querySelector('.verdict')).fontWeight === '700',
      })`)
      assert.deepEqual(seen, { active: 0, width: 360, isStyled: true }, kind)
    }
    assert.deepEqual(tab.requests, [])
  })
})
