import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright-core'
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
  return installFromDebian() ?? downloadWithDriver()
}

function installedBrowser(): string | undefined {
  const inPath = (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => commands.map((command) => join(folder, command)))
  const chosen = process.env['CHROME_PATH']
  return [...(chosen ? [chosen] : []), ...inPath, ...applications, chromium.executablePath()].find(
    isExecutable,
  )
}

function installFromDebian(): string | undefined {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined
  say('Browser: none found; installing the package chromium with apt-get …')
  run('apt-get', ['update', '-qq'])
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'])
  return installedBrowser()
}

function downloadWithDriver(): string | undefined {
  say("Browser: none found; trying the browser driver's own download …")
  const driver = join(root, 'node_modules/playwright-core/cli.js')
  run(process.execPath, [driver, 'install', 'chromium'])
  return installedBrowser()
}

function run(command: string, args: string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], env })
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
