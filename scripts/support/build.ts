import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './paths.ts'
import { giveUp, say } from './say.ts'

const webSources = [
  ...['web/src', 'web/public', 'web/index.html', 'web/vite.config.ts', 'web/compress.ts'],
  'shared/src',
]

/** Builds the SPA unless the last build is newer than all its sources. */
export function buildWeb(): void {
  if (changedAt(join(root, 'web/dist/index.html')) > Math.max(...webSources.map(newestIn))) return
  say('Building the SPA …')
  runOrGiveUp('vite/bin/vite.js', ['build', 'web', '--logLevel', 'warn'])
}

/** Compiles the packages that other projects can install. */
export function buildPackages(): void {
  runOrGiveUp('typescript/bin/tsc', ['-b', 'shared', 'server'])
}

/** Builds the server, unless `pnpm mutate` has already built it. */
export function buildServer(): void {
  if (process.env['SERVER_IS_BUILT'] === '1') return
  say('Building the server …')
  runOrGiveUp('typescript/bin/tsc', ['-b', 'shared', 'server', 'emulator'])
  // `pnpm mutate` changes single modules, so its tests run them unbundled.
  if (process.env['SERVER_FOLDER'] !== 'dist') bundleServer()
}

/** Builds the server and the programs that the bench runs beside it. */
export function buildBench(): void {
  say('Building the server …')
  runOrGiveUp('typescript/bin/tsc', ['-b', 'server', 'server/bench/apps'])
  bundleServer()
}

function bundleServer(): void {
  runOrGiveUp('vite/bin/vite.js', ['build', 'server', '--logLevel', 'warn'])
}

function runOrGiveUp(script: string, args: string[]): void {
  const path = join(root, 'node_modules', script)
  const { status } = spawnSync(process.execPath, [path, ...args], { cwd: root, stdio: 'inherit' })
  if (status !== 0) giveUp(`"${script} ${args.join(' ')}" failed; its own words are above.`)
}

function newestIn(path: string): number {
  const full = join(root, path)
  if (!statSync(full, { throwIfNoEntry: false })?.isDirectory()) return changedAt(full)
  const files = readdirSync(full, { recursive: true, encoding: 'utf8' })
  return Math.max(...files.map((file) => changedAt(join(full, file))))
}

function changedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
