import type { SettingsReader } from './reader.ts'

/** Where `GET /metrics` listens. */
export interface MetricsSettings {
  host: string
  port: number
}

/**
 * @param appPort the port of the app, which is open to everybody
 * @param workers each has the port after that of the worker before it
 * @returns undefined when no metrics are wanted
 */
export function readMetricsSettings(
  reader: SettingsReader,
  appPort: number,
  workers: number,
): MetricsSettings | undefined {
  const host = reader.text('METRICS_HOST') ?? '127.0.0.1'
  const port = reader.integer('METRICS_PORT', 0, { min: 0, max: 65_536 - workers })
  if (port === 0) return undefined
  if (port <= appPort && appPort < port + workers) {
    const last = String(port + workers - 1)
    const use = workers > 1 ? `; the workers use ${String(port)} to ${last}` : ''
    reader.problem('METRICS_PORT', `must be another port than PORT${use}`)
  }
  return { host, port }
}
