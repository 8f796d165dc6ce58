import type { SettingsReader } from './reader.ts'

/** Where `GET /metrics` listens. */
export interface MetricsSettings {
  host: string
  port: number
}

/**
 * @param appPort the port of the app, which is open to everybody
 * @returns undefined when no metrics are wanted
 */
export function readMetricsSettings(
  reader: SettingsReader,
  appPort: number,
): MetricsSettings | undefined {
  const host = reader.text('METRICS_HOST') ?? '127.0.0.1'
  const port = reader.integer('METRICS_PORT', 0, { min: 0, max: 65_535 })
  if (port === 0) return undefined
  if (port === appPort) reader.problem('METRICS_PORT', 'must be another port than PORT')
  return { host, port }
}
