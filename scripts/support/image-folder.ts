import { spawnSync } from 'node:child_process'
import { chownSync, cpSync, mkdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { environmentOf, type Stage, valueOf } from './dockerfile.ts'
import { giveUp, say } from './say.ts'

/** Does the steps of a Dockerfile without a container engine: each stage is a folder. */
export class ImageFolders {
  readonly #top: string
  readonly #context: string

  /**
   * @param top where the folders are made
   * @param context the folder that the Dockerfile copies from
   */
  constructor(top: string, context: string) {
    this.#top = top
    this.#context = context
  }

  /** @returns the folder of its WORKDIR */
  build(stage: Stage): string {
    const home = join(this.#rootOf(stage.name), valueOf(stage, 'WORKDIR'))
    mkdirSync(home, { recursive: true })
    for (const { keyword, argument } of stage.steps) {
      if (keyword === 'COPY') this.#copy(argument, home)
      if (keyword === 'RUN') runStep(argument, home, environmentOf(stage))
    }
    return home
  }

  #rootOf(name: string): string {
    return join(this.#top, name || 'image')
  }

  #copy(argument: string, home: string): void {
    const words = argument.split(' ')
    const option = (name: string) => words.find((word) => word.startsWith(name))?.split('=')[1]
    const paths = words.filter((word) => !word.startsWith('--'))
    const stage = option('--from')
    const from = stage === undefined ? this.#context : this.#rootOf(stage)
    const target = paths.pop() ?? ''
    for (const path of paths.map((each) => join(from, each))) {
      const isInto = target.endsWith('/') && !statSync(path).isDirectory()
      const to = join(home, target, isInto ? basename(path) : '')
      cpSync(path, to, { recursive: true, verbatimSymlinks: true })
      if (process.getuid?.() === 0) own(to, option('--chown'))
    }
  }
}

function own(path: string, owner = '0:0'): void {
  const [uid, gid] = owner.split(':').map(Number)
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid)
}

function runStep(command: string, cwd: string, settings: Record<string, string>): void {
  say(`RUN ${command}`)
  // The settings of the pnpm that runs this command are not those of a build.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'))
  const env = { ...Object.fromEntries(inherited), ...settings }
  const { status } = spawnSync('sh', ['-c', command], { cwd, env, stdio: 'inherit' })
  if (status !== 0) giveUp(`This step of the Dockerfile failed: ${command}`)
}
