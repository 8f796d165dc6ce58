import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { inPath, installFromDebian, isExecutable, runQuietly } from './debian.ts'
import { root } from './paths.ts'
import { say } from './say.ts'

const commands = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
]
const applications = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
]

/** The path of a browser of the Chromium family. Installs one if there is none, and says so. */
export function findBrowser(): string | undefined {
  const found = installedBrowser()
  if (found !== undefined) {
    say(`Browser: ${found}`)
    return found
  }
  say('Browser: none found')
  installFromDebian('chromium')
  return installedBrowser() ?? downloadWithDriver()
}

function installedBrowser(): string | undefined {
  const chosen = process.env['CHROME_PATH']
  return [
    ...(chosen ? [chosen] : []),
    ...inPath(commands),
    ...applications,
    chromium.executablePath(),
  ].find(isExecutable)
}

function downloadWithDriver(): string | undefined {
  say("Browser: trying the browser driver's own download …")
  runQuietly(process.execPath, [
    join(root, 'node_modules/playwright-core/cli.js'),
    'install',
    'chromium',
  ])
  return installedBrowser()
}
