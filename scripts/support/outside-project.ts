import { spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root } from './paths.ts'

/** A TypeScript project outside the workspace, which installs packages of this one without a network. */
export class OutsideProject {
  readonly folder = mkdtempSync(join(tmpdir(), 'entra-bff-outside-'))

  constructor() {
    // To check the types inside of typebox would take a minute.
    const options = { strict: true, module: 'NodeNext', types: ['node'], skipLibCheck: true }
    this.write('tsconfig.json', JSON.stringify({ compilerOptions: options }))
    this.write('package.json', '{ "type": "module" }')
  }

  /**
   * Installs as npm does in any project, and so checks what the archives say that they need.
   * @param archives paths of packed packages
   * @param others folders of the packages that they need: linked, not downloaded
   */
  install(archives: readonly string[], others: readonly string[]): void {
    const paths = others.map((folder) => realpathSync(join(root, folder)))
    this.run('npm', ['install', '--no-audit', '--no-fund', ...offline, ...archives, ...paths])
    for (const name of ['@types/node', 'tough-cookie']) this.#link(name)
  }

  /** @returns what the program printed. @throws when it failed */
  run(program: string, args: readonly string[]): string {
    // The settings of the pnpm that runs the tests are not those of npm.
    const env = Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'))
    const { status, stdout, stderr } = spawnSync(program, args, {
      cwd: this.folder,
      env: Object.fromEntries(env),
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`${program} ${args.join(' ')}\n${stdout}${stderr}`)
    return stdout
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text)
  }

  /** Copies a file of this project into the top folder of that one. */
  copy(path: string, name: string): void {
    cpSync(join(root, path), join(this.folder, name))
  }

  /** @returns the complaints of the compiler */
  compile(): string {
    const compiler = join(root, 'node_modules/typescript/bin/tsc')
    const args = [compiler, '-p', this.folder]
    return spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout
  }

  remove(): void {
    rmSync(this.folder, { recursive: true })
  }

  #link(name: string): void {
    const target = join(this.folder, 'node_modules', name)
    mkdirSync(dirname(target), { recursive: true })
    symlinkSync(realpathSync(join(root, 'node_modules', name)), target)
  }
}

const offline = ['--offline', '--ignore-scripts', '--cache', './cache']
