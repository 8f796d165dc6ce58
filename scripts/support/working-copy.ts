import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './paths.ts'
import { giveUp } from './say.ts'

const packages = ['.', 'shared', 'server', 'emulator', 'web']

/** Copies the checkout with its uncommitted changes. Links the installed packages. */
export function copyCheckout(folder: string): void {
  copyFiles(folder)
  for (const name of packages) {
    const modules = join(name, 'node_modules')
    if (existsSync(join(root, modules))) linkModules(join(root, modules), join(folder, modules))
  }
}

/** Copies the files of the checkout, with uncommitted changes, and nothing that git ignores. */
export function copyFiles(folder: string): void {
  for (const file of filesOfCheckout()) {
    const from = join(root, file)
    if (!existsSync(from)) continue
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    cpSync(from, join(folder, file))
  }
}

function filesOfCheckout(): string[] {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const { status, stdout } = spawnSync('git', list, { cwd: root, encoding: 'utf8' })
  if (status !== 0) giveUp('This command needs git and a checkout of the project.')
  return stdout.split('\0').filter(Boolean)
}

/**
 * Links each installed package. Relative links between packages of the workspace are copied, and so
 * lead to the packages of the copy.
 */
function linkModules(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  for (const name of readdirSync(from)) {
    const [source, target] = [join(from, name), join(to, name)]
    if (name.startsWith('.vite')) continue
    if (lstatSync(source).isSymbolicLink()) symlinkSync(readlinkSync(source), target)
    else if (name.startsWith('@')) linkModules(source, target)
    else symlinkSync(source, target)
  }
}
