import { freePort, World, type WorldOptions } from './world.ts'

export type Labels = Readonly<Record<string, string>>

/** One line of a scrape: `name{labels} value`. */
interface Sample {
  name: string
  labels: Labels
  value: number
}

/** What `GET /metrics` answered. */
export class Scrape {
  readonly text: string
  readonly samples: readonly Sample[]

  constructor(text: string) {
    this.text = text
    this.samples = text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map(sampleOf)
  }

  /** The sum of all samples of this name that have these labels. */
  sum(name: string, labels: Labels = {}): number {
    return this.samples
      .filter((sample) => sample.name === name && hasLabels(sample, labels))
      .reduce((sum, { value }) => sum + value, 0)
  }

  /** The labels of each name. */
  labelsByName(): Map<string, Set<string>> {
    const names = new Map<string, Set<string>>()
    for (const { name, labels } of this.samples) {
      names.set(name, new Set([...(names.get(name) ?? []), ...Object.keys(labels)]))
    }
    return names
  }
}

function hasLabels(sample: Sample, labels: Labels): boolean {
  return Object.entries(labels).every(([label, value]) => sample.labels[label] === value)
}

function sampleOf(line: string): Sample {
  const [, name = '', labels = '', value] = /^([\w:]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)]
  return {
    name,
    labels: Object.fromEntries(pairs.map(([, label = '', text = '']) => [label, text])),
    value: Number(value),
  }
}

/** A world whose server has metrics. */
export interface MeasuredWorld {
  world: World
  /** The address of the metrics. */
  origin: string
  scrape: () => Promise<Scrape>
}

export async function openMeasuredWorld(
  settings: Record<string, string> = {},
  options: WorldOptions = {},
): Promise<MeasuredWorld> {
  const port = String(await freePort())
  const origin = `http://127.0.0.1:${port}`
  const world = await World.open({ METRICS_PORT: port, ...settings }, options)
  const scrape = async () => new Scrape(await (await fetch(`${origin}/metrics`)).text())
  return { world, origin, scrape }
}
