import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './paths.ts'

/** One image that is built on the way. */
export interface Stage {
  name: string
  steps: Step[]
}

/** A line of the Dockerfile, such as `RUN` and what stands after it. */
interface Step {
  keyword: string
  argument: string
}

/** The stages of the Dockerfile; the last one is the image. */
export function readDockerfile(): Stage[] {
  const text = readFileSync(join(root, 'Dockerfile'), 'utf8')
  const lines = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/ *\\\n */g, ' ')
    .split('\n')
  const stages: Stage[] = []
  for (const line of lines.filter((each) => each !== '')) {
    const [, keyword = '', argument = ''] = /^([A-Z]+) (.+)$/.exec(line) ?? []
    if (keyword === 'FROM') stages.push({ name: / AS (\w+)$/.exec(argument)?.[1] ?? '', steps: [] })
    else stages.at(-1)?.steps.push({ keyword, argument })
  }
  return stages
}

/** The value of a step that an image has once, such as `CMD`. */
export function valueOf({ steps }: Stage, keyword: string): string {
  return steps.findLast((step) => step.keyword === keyword)?.argument ?? ''
}

/** The settings that the steps `ENV` give: names and values without spaces. */
export function environmentOf({ steps }: Stage): Record<string, string> {
  const pairs = steps
    .filter(({ keyword }) => keyword === 'ENV')
    .flatMap(({ argument }) => argument.split(' ').map((pair) => pair.split('=')))
  return Object.fromEntries(pairs.map(([name = '', value = '']) => [name, value]))
}

/** The words of a command in its JSON form: `CMD ["node", "main.js"]`. */
export function wordsOf(argument: string): string[] {
  return JSON.parse(argument.slice(argument.indexOf('['))) as string[]
}
