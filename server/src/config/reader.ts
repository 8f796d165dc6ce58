import { readFileSync } from 'node:fs'

type Environment = Readonly<Record<string, string | undefined>>

/** Settings that are invalid or contradict each other. The server does not start with them. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(['The settings have problems:', ...problems.map((line) => `  ${line}`)].join('\n'))
    this.problems = problems
  }
}

const unitsMs: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** Reads settings and collects their problems, so that one error lists all of them. */
export class SettingsReader {
  readonly #env: Environment
  readonly #problems: string[] = []

  constructor(env: Environment) {
    this.#env = env
  }

  problem(name: string, text: string): void {
    this.#problems.push(`${name} ${text}`)
  }

  throwProblems(): void {
    if (this.#problems.length > 0) throw new ConfigError(this.#problems)
  }

  /** True for `NAME=`, false when NAME is unset. */
  isEmpty(name: string): boolean {
    return this.#env[name]?.trim() === ''
  }

  text(name: string): string | undefined {
    const value = this.#env[name]?.trim()
    return value === '' ? undefined : value
  }

  /** The value of `NAME`, or the content of the file that `NAME_FILE` names. */
  secret(name: string): string | undefined {
    const fileName = `${name}_FILE`
    const file = this.text(fileName)
    if (file === undefined) return this.text(name)
    if (this.text(name) !== undefined) this.problem(fileName, `and ${name} are both set; keep one`)
    try {
      return readFileSync(file, 'utf8').trim() || undefined
    } catch (error) {
      this.problem(fileName, `cannot be read: ${error instanceof Error ? error.message : ''}`)
      return undefined
    }
  }

  /** Values separated by commas or spaces. */
  list(name: string): string[] | undefined {
    return this.text(name)
      ?.split(/[\s,]+/)
      .filter(Boolean)
  }

  integer(name: string, fallback: number, range: { min: number; max: number }): number {
    const value = this.text(name)
    if (value === undefined) return fallback
    const number = Number(value)
    if (Number.isInteger(number) && number >= range.min && number <= range.max) return number
    this.problem(name, `must be a whole number from ${String(range.min)} to ${String(range.max)}`)
    return fallback
  }

  /** A time such as `90s`, `60m`, `12h` or `7d`, as milliseconds. */
  duration(name: string, fallbackMs: number, maxMs: number): number {
    const value = this.text(name)
    if (value === undefined) return fallbackMs
    const [, amount, unit = ''] = /^(\d{1,5})\s*([smhd])$/.exec(value) ?? []
    const milliseconds = Number(amount) * (unitsMs[unit] ?? 0)
    if (milliseconds > 0 && milliseconds <= maxMs) return milliseconds
    const days = String(maxMs / (unitsMs['d'] ?? 1))
    this.problem(name, `must be a time such as 60m or 12h, ${days} days at most`)
    return fallbackMs
  }

  oneOf<T extends string>(name: string, allowed: readonly T[], fallback: T): T {
    const value = this.text(name)
    if (value === undefined) return fallback
    const found = allowed.find((candidate) => candidate === value)
    if (found === undefined) this.problem(name, `must be one of ${allowed.join(', ')}`)
    return found ?? fallback
  }

  url(name: string): URL | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (URL.canParse(value) && /^https?:/.test(value)) return new URL(value)
    this.problem(name, 'must be a URL that begins with https:// (or http://localhost)')
    return undefined
  }
}
