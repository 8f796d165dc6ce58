import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { type Scenario, underLoad } from '../scenario.ts'
import { Site } from '../site.ts'

/** A disk that is full, and a clock that is wrong. */
export const machineScenarios: readonly Scenario[] = [
  underLoad(
    'the disk is full: reads go on, and writes work again as soon as there is room',
    { site: { store: 'file' }, needs: 'prlimit', allowed: ['refused'] },
    async (site, { faultMs }) => {
      limitFiles(site, '1')
      await requireRefusal(site)
      await after(faultMs)
      limitFiles(site, 'unlimited')
      await after(faultMs)
      await site.recovered()
      await site.signIn()
    },
  ),
  {
    name: 'the clock is set two minutes forward, then back',
    needs: 'faketime',
    run: async ({ faultMs }) => {
      const folder = mkdtempSync(join(tmpdir(), 'entra-bff-clock-'))
      const clock = join(folder, 'clock')
      writeFileSync(clock, '+0')
      try {
        const site = await Site.open({ store: 'file', settings: clockSettings(clock) })
        try {
          const tally = await site.underLoad(async () => {
            for (const step of ['+120s', '+0', '-120s', '+0']) {
              writeFileSync(clock, step)
              await after(faultMs)
            }
          })
          await site.recovered()
          return { tally, lost: await site.lostCount(), allowed: [] }
        } finally {
          await site.close()
        }
      } finally {
        rmSync(folder, { recursive: true })
      }
    },
  },
]

async function requireRefusal(site: Site): Promise<void> {
  const isRefused = await site.signIn().then(
    () => false,
    (error: unknown) => String(error).includes('service_unavailable'),
  )
  if (!isRefused) throw new Error('a sign-in was not refused, though nothing can be written')
}

function limitFiles(site: Site, bytes: '1' | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', String(site.server().pid), `--fsize=${bytes}:`])
}

/** The library lies in a folder that is named after the processor. */
function faketimeLibrary(): string {
  const folders = readdirSync('/usr/lib').map((name) => `/usr/lib/${name}/faketime`)
  const folder = folders.find((each) => existsSync(each))
  if (folder === undefined) throw new Error('libfaketime is missing')
  return join(folder, 'libfaketime.so.1')
}

/** libfaketime gives a process a clock of its own. Timers keep the clock that nobody sets. */
function clockSettings(file: string): Record<string, string> {
  return {
    LD_PRELOAD: faketimeLibrary(),
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    DONT_FAKE_MONOTONIC: '1',
  }
}
